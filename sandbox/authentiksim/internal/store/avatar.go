package store

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strings"
)

// Avatar returns a drawing of the user's initials as a data URI.
func (u *User) Avatar() string {
	var letters []rune
	for _, word := range strings.Fields(u.Name) {
		letters = append(letters, []rune(strings.ToUpper(string([]rune(word)[:1])))...)
	}
	if n := len(letters); n > 2 {
		letters = []rune{letters[0], letters[n-1]}
	}
	hash := fnv.New32a()
	hash.Write([]byte(u.Username)) // never fails
	const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">` +
		`<circle cx="32" cy="32" r="32" fill="hsl(%d 45%% 38%%)"/>` +
		`<text x="32" y="32" fill="#fff" font-family="sans-serif" font-size="26" text-anchor="middle" ` +
		`dominant-baseline="central">%s</text></svg>`
	svg := fmt.Sprintf(drawing, hash.Sum32()%360, strings.NewReplacer("<", "", "&", "").Replace(string(letters)))
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(svg))
}
