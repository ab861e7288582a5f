package authentiksim

import (
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"strings"
)

// avatar is a small drawing of the user's initials, as a data URI.
func avatar(u *User) string {
	initials := ""
	for _, word := range strings.Fields(u.Name) {
		initials += strings.ToUpper(string([]rune(word)[:1]))
	}
	if letters := []rune(initials); len(letters) > 2 {
		initials = string(letters[:1]) + string(letters[len(letters)-1:])
	}
	hash := fnv.New32a()
	hash.Write([]byte(u.Username)) // a hash never fails to write
	drawing := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="32" fill="hsl(%d 45%% 38%%)"/>`+
		`<text x="32" y="32" fill="#fff" font-family="sans-serif" font-size="26" text-anchor="middle" dominant-baseline="central">%s</text></svg>`,
		hash.Sum32()%360, strings.NewReplacer("<", "", "&", "").Replace(initials))
	return "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(drawing))
}
