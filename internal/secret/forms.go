package secret

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// form is an encoding of a value. Its characters may still be escaped.
type form struct {
	text   string
	base64 bool
}

// forms returns the encodings of value to search for.
func forms(value string) []form {
	digits := hex.EncodeToString([]byte(value))
	texts := []string{value, digits, strings.ToUpper(digits)}
	var encoded []string
	for _, written := range []string{value, url.QueryEscape(value), url.PathEscape(value)} {
		for before := range 3 {
			encoded = append(encoded, inBase64(written, before))
		}
	}
	var list []form
	for _, text := range unique(texts) {
		list = append(list, form{text: text})
	}
	for _, text := range unique(encoded) {
		for _, text := range unique([]string{text, strings.NewReplacer("+", "-", "/", "_").Replace(text)}) {
			list = append(list, form{text: text, base64: true})
		}
	}
	return list
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// inBase64 returns the base64 digits that depend only on value if it follows the
// given number of bytes (modulo three), such as "id:" in "id:secret".
func inBase64(value string, before int) string {
	digits := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
	bits := 8 * before
	return digits[(bits+5)/6 : (bits+8*len(value))/6]
}
