package rest

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzReadError checks that only short, plain text of an error answer is shown.
func FuzzReadError(f *testing.F) {
	for _, seed := range []string{
		`{"data":{"oauth2":{"providers":{"0":{"name":{"code":"x","message":"No."}}}}},"message":"Failed.","status":400}`,
		`{"message":"<b>bold</b>"}`, `[1,"a",{"b":[null,true]}]`, `"\u0000\n"`, `<html>`, `{`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		message, list := ReadError(body)
		if len(list) > maxComplaints {
			t.Errorf("%d complaints", len(list))
		}
		shown := message
		for _, one := range list {
			shown += one.String()
		}
		if strings.ContainsAny(shown, "<{") || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("%q shows %q", body, shown)
		}
		if len([]rune(message)) > maxPlain+1 {
			t.Errorf("%d characters", len([]rune(message)))
		}
	})
}
