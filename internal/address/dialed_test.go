package address

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"
)

// An international host is encoded as golang.org/x/net/idna does it, and one that it refuses is left as it is.
func FuzzDialed(f *testing.F) {
	for _, name := range []string{"bücher.example", "BÜCHER.example", "faß.example", "例え.テスト", "a。b", "ａ.example",
		"xn--bcher-kva.example", "xn--a", "x_y", "ü_y", "ü-", "a..ü", "ü.", "١.example", "شبكة.example",
		"\u200dü", strings.Repeat("ü", 70), "ü/x", "ü x", "", "ﬁ.example", "☃.example", "ü\n", "[ü]", "ü:1", "ü%31"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > MaxLength || strings.ContainsAny(name, ":[]%@/?#") {
			return // no name
		}
		name = strings.ToLower(name)
		known := func(name string) string { // as normalHost does
			if !hostName().MatchString(name) {
				return ""
			}
			return name
		}
		want, err := idna.Lookup.ToASCII(name)
		if err != nil || !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			want = name
		}
		if got := dialed(name); known(got) != known(want) {
			t.Errorf("%q is %q, idna has %q", name, got, want)
		}
	})
}
