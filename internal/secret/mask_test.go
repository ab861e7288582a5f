package secret

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestScrubHidesSecretsOnly(t *testing.T) {
	known := New("s3cret/value+1")
	for name, one := range map[string]struct{ in, want string }{
		"plain words": {"oauth2: \"invalid_grant\" \"The code is wrong\"",
			"oauth2: \"invalid_grant\" \"The code is wrong\""},
		"status": {"oauth2: cannot fetch token: 502 Bad Gateway",
			"oauth2: cannot fetch token: 502 Bad Gateway"},
		"parse error": {"invalid character '<' looking for beginning of value",
			"invalid character '<' looking for beginning of value"},
		"address": {"Post \"http://a/?code=abc123&state=xyz&error=none\": EOF",
			"Post \"http://a/?code=(hidden)&state=(hidden)&error=none\": EOF"},
		"verifier": {"code_verifier=abc code_challenge=def", "code_verifier=(hidden) code_challenge=(hidden)"},
		"json": {`{"access_token":"ey","token_type":"Bearer","error":"x"}`,
			`{"access_token": (hidden),"token_type":"Bearer","error":"x"}`},
		"python":           {`{'client_secret': 'abc', 'user': 'ada'}`, `{'client_secret': (hidden), 'user': 'ada'}`},
		"header":           {"Authorization: Basic YTpi\nAccept: all", "Authorization: (hidden) Accept: all"},
		"bearer":           {"sent Bearer abcdefghijkl to it", "sent Bearer (hidden) to it"},
		"web token":        {"got eyJhbGciOi.eyJzdWIi.c2ln here", "got (hidden) here"},
		"known":            {"a s3cret/value+1 b", "a (hidden) b"},
		"known in address": {"x=s3cret%2Fvalue%2B1", "x=(hidden)"},
		"JSON in JSON": {`{"body":"{\"client_secret\":\"a\\\"b\",\"user\":\"ada\"}"}`,
			`{"body":"{\"client_secret\": (hidden),\"user\":\"ada\"}"}`},
		"address in JSON": {`"/cb?x=1\u0026code=abc"`, `"/cb?x=1\u0026code=(hidden)"`},
		"address in one":  {"next=%2Fcb%3Fcode%3Dabc rest", "next=%2Fcb%3Fcode%3D(hidden) rest"},
		"token in one":    {"x%3DeyJhbGciOi.eyJzdWIi.c2ln here", "x%3D(hidden) here"},
		"cookie":          {"authentik_session=abc; pb_auth=def", "authentik_session=(hidden); pb_auth=(hidden)"},
		"page":            {"answered <html><body>secret=1</body>", "answered (a web page)"},
		"lines":           {"a\n\tb\x00c", "a b c"},
	} {
		if got := Scrub(one.in, known); got != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
	}
	if got := Scrub(strings.Repeat("ä", 5000)); utf8.RuneCountInString(got) > maxScrub+1 {
		t.Errorf("%d characters", utf8.RuneCountInString(got))
	}
}

func FuzzScrub(f *testing.F) {
	for _, seed := range []string{`{"access_token":"X"}`, "?code=X&state=X", "Cookie: X", "Bearer X", `"token": "X\"X"`,
		"<X>", "'secret': 'X", "code_verifier=X;"} {
		f.Add(seed, "Xtreme-secret")
	}
	f.Fuzz(func(t *testing.T, around, value string) {
		if len(value) < 4 || len(around)*len(value) > 1<<16 || !utf8.ValidString(value) ||
			strings.Contains(hidden, value) || strings.Contains("(a web page)…", value) {
			return
		}
		text := strings.ReplaceAll(around, "X", value)
		got := Scrub(text, New(value))
		if strings.Contains(got, value) && !strings.Contains(Scrub(strings.ReplaceAll(around, "X", "")), value) &&
			plainText(value) {
			t.Errorf("%q shows in %q", value, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) }) ||
			utf8.RuneCountInString(got) > maxScrub+1 {
			t.Errorf("%q is not one short line", got)
		}
	})
}

// plainText reports whether a value looks like a secret: printable, without space.
func plainText(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}
