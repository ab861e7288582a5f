package signin

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCompareMarksTheDifference(t *testing.T) {
	const base = "https://pocketbase.company/api/oauth2-redirect"
	for name, one := range map[string]struct {
		b, words, a, other string
	}{
		"slash":    {base + "/", "slash", "", "/"},
		"scheme":   {strings.Replace(base, "https", "http", 1), "scheme", "s", ""},
		"host":     {strings.Replace(base, "pocketbase.", "pb.", 1), "host", "ocket", ""},
		"port":     {strings.Replace(base, ".company", ".company:8443", 1), "port", "", ":8443"},
		"path":     {strings.Replace(base, "/api", "/pb/api", 1), "path", "", "pb/"},
		"query":    {base + "?x=1", "query", "", "?x=1"},
		"space":    {base + " ", "white space", "", " "},
		"capitals": {strings.Replace(base, "redirect", "Redirect", 1), "case", "r", "R"},
	} {
		d := Compare(base, one.b)
		if !strings.Contains(d.Words.String(), one.words) || name != "host" && name != "path" &&
			(d.A != one.a || d.B != one.other) || d.Same() {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := Compare(base, base); !d.Same() || !d.Words.Empty() {
		t.Errorf("%+v", d)
	}
}

func TestMismatchNamesTheNearest(t *testing.T) {
	m := NewMismatch("https://pb.company/api/oauth2-redirect", []string{"https://other.company/callback",
		"http://pb.company/api/oauth2-redirect", "https://x/"})
	if m.Difference.Words.String() != "They differ in the scheme." ||
		!strings.Contains(m.Text().String(), "http[s]://pb") ||
		!strings.Contains(m.Text().String(), "http[]://pb") {
		t.Errorf("%s", m)
	}
	for known, literally := range map[string]bool{
		"https://pb.company/*": true, `https://pb\.company/.*`: true, `https://pb\.company/.* (regex)`: false,
		"https://pb.company/": false,
	} {
		words := NewMismatch("https://pb.company/api/oauth2-redirect", []string{known}).Difference.Words
		if strings.Contains(words.String(), "compared literally") != literally {
			t.Errorf("%s: %s", known, words)
		}
	}
	if none := NewMismatch("https://pb.company/", nil); none.Text().String() == "" || none.Difference.Words.Empty() {
		t.Errorf("%+v", none)
	}
	if same := NewMismatch("a", []string{"a"}); !same.Difference.Same() ||
		!strings.Contains(same.Text().String(), "which the provider has") {
		t.Errorf("%+v", same)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("https://a/b", "http://a/b/")
	f.Add("ä", "ö")
	f.Add("aa", "aaa")
	f.Add("\xff", "\xfe")
	f.Fuzz(func(t *testing.T, a, b string) {
		d := Compare(a, b)
		if d.Same() != (a == b) || (d.Words.Empty()) != (a == b) {
			t.Errorf("%q and %q: %+v", a, b, d)
		}
		if a == b {
			return
		}
		if d.Before+d.A+d.After != a || d.Before+d.B+d.After != b {
			t.Errorf("%q and %q: %+v", a, b, d)
		}
		if utf8.ValidString(a) && utf8.ValidString(b) && !(utf8.ValidString(d.A) && utf8.ValidString(d.B) &&
			utf8.ValidString(d.Before) && utf8.ValidString(d.After)) {
			t.Errorf("cut inside a character: %+v", d)
		}
	})
}
