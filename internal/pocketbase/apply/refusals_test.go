package apply

import (
	"authpocket/internal/say"
	"strings"
	"testing"
	"unicode"

	"authpocket/internal/pocketbase/rest"
)

// FuzzPlace checks that the words for a complaint are plain text, whatever the error answer holds.
func FuzzPlace(f *testing.F) {
	for _, seed := range []string{
		`{"data":{"oauth2":{"providers":{"0":{"name":{"code":"x","message":"No."}}}}},"message":"Failed.","status":400}`,
		`{"message":"<b>bold</b>"}`, `[1,"a",{"b":[null,true]}]`, `"\u0000\n"`, `<html>`, `{`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		message, list := rest.ReadError(body)
		shown := message
		for _, one := range list {
			_, words := place(one, []element{{slot: "oidc", written: true}})
			shown = say.Of("%s%s", shown, words).String()
		}
		if strings.ContainsAny(shown, "<{") || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("%q shows %q", body, shown)
		}
	})
}
