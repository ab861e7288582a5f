package door

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"
)

// group is the number of characters between the dashes of a code.
const group = 4

// newCode returns a code of at least 128 random bits in capitals and digits
// that no one mistakes for each other.
func newCode() string { return rand.Text() }

// Grouped writes a code so that it can be read out and typed.
func Grouped(code string) string {
	var parts []string
	for part := range slices.Chunk([]byte(code), group) {
		parts = append(parts, string(part))
	}
	return strings.Join(parts, "-")
}

// normal is a typed code as it was made: capitals, without what was put in
// for reading.
func normal(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '2' <= r && r <= '7':
			return r
		case r == '0':
			return 'O' // there is no 0, 1 or 8 in a code
		case r == '8':
			return 'B'
		case r == '1':
			return 'I'
		case r == '-', r == ' ', r == '\t', r == '\n', r == '\r', r == '\u00a0':
			return -1
		}
		return '?'
	}, typed)
}

// same compares in a time that depends on neither code's content.
func same(typed, code string) bool {
	a, b := sha256.Sum256([]byte(normal(typed))), sha256.Sum256([]byte(code))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
