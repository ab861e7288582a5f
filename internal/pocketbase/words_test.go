package pocketbase

import (
	"strings"
	"testing"
	"unicode"
)

// FuzzReadError: whatever an error answer holds, what is shown of it is
// plain, short text.
func FuzzReadError(f *testing.F) {
	for _, seed := range []string{
		`{"data":{"oauth2":{"providers":{"0":{"name":{"code":"x","message":"No."}}}}},"message":"Failed.","status":400}`,
		`{"message":"<b>bold</b>"}`, `[1,"a",{"b":[null,true]}]`, `"\u0000\n"`, `<html>`, `{`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		message, list := readError(body)
		if len(list) > maxComplaints {
			t.Errorf("%d complaints", len(list))
		}
		shown := message
		for _, one := range list {
			_, words := place(one, []element{{slot: "oidc", written: true}})
			shown += words
		}
		if strings.ContainsAny(shown, "<{") || strings.ContainsFunc(shown, unicode.IsControl) {
			t.Errorf("%q shows %q", body, shown)
		}
		if len([]rune(message)) > maxPlain+1 {
			t.Errorf("%d characters", len([]rune(message)))
		}
	})
}

func FuzzReadClaims(f *testing.F) {
	f.Add(tokenOf(`{"type":"auth","exp":1}`))
	f.Add("a.b.c")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := readClaims(token)
		if err != nil && strings.Contains(token, err.Error()) && len(token) > 10 {
			t.Errorf("%v", err)
		}
		if at := c.expires(); at.Year() > 40000 {
			t.Errorf("%q expires in %v", token, at)
		}
	})
}

func FuzzParseRelease(f *testing.F) {
	for _, seed := range []string{"", "0.39.11", "0.38", "0.24-0.36", "0.40+", "1", "-", "9.9.9.9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r := parseRelease(s); r.before(minimum) && r.since(mergesByName) {
			t.Errorf("%q is both old and new: %+v", s, r)
		}
	})
}
