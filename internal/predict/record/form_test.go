package record

import (
	"strings"
	"testing"

	"github.com/asaskevich/govalidator"
	"pgregory.net/rapid"
)

// parts are what addresses are made of, in and out of place.
func parts() []string {
	return []string{
		"a", "Z", "0", "9", "25", "255", "256", "192.168.0.1", "1.2.3", "-", "--", ".", "..", "_", "~", "@",
		":", "/", "//", "?", "#", "!", "&", "'", "*", "+", "=", "^", "`", "{", "|", "}", "%", "%41", "$", "\"",
		"(", ")", "\\", "[", "]", "<", " ", "\t", "\r\n", "\r", "\n", "\x01", "\x0b", "\x7f", "\x80", "\xff",
		"\u00a0", "\u00a1", "ä", "\ud7ff", "\ue000", "\uf900", "\ufdd0", "\ufdf0", "\uffef", "\uffff",
		"\U00010000", "日本", "xn--", "www.", "example", ".com", "example.com", "ada@", "@example.com",
		"http://", "https://", "ftp://", "tcp://", "udp://", "ws://", "wss://", "HTTP://", "mailto:",
		"file://", "::", "::1", "fe80:", "%eth0", "ffff:", "ffff:0:", "[::1]", "[2001:db8::1]",
		"1:2:3:4:5:6:7:8", ":80", ":65536", ":123456", "user:pass@", "/x?y#z", "localhost",
	}
}

func TestAddressesAreJudgedAsGovalidatorDoes(t *testing.T) {
	seen := map[bool]int{}
	same := func(t interface{ Errorf(string, ...any) }, text string) {
		if got, want := IsEmail(text), govalidator.IsEmail(text); got != want {
			t.Errorf("e-mail %q: %v, PocketBase says %v", text, got, want)
		}
		got, want := isURL(text), govalidator.IsURL(text)
		if got != want {
			t.Errorf("URL %q: %v, PocketBase says %v", text, got, want)
		}
		seen[got || IsEmail(text)]++
	}
	for _, text := range parts() {
		same(t, text)
	}
	for _, n := range []int{2070, 2071, 2072, 2073} {
		same(t, "example.com/"+strings.Repeat("ä", n))
	}
	some := rapid.SliceOfN(rapid.SampledFrom(parts()), 1, 7)
	rapid.Check(t, func(t *rapid.T) {
		for range 100 {
			drawn := some.Draw(t, "parts")
			text := strings.Join(drawn, "")
			same(t, text)
			same(t, `"`+strings.Join(drawn, `"`)+`"@a.io`)
			same(t, "a@"+text+".io")
			same(t, `"`+text+`"@a.io`)
			same(t, "http://"+text)
			same(t, "http://["+text+"]/")
		}
	})
	if seen[true] < 100 || seen[false] < 100 {
		t.Errorf("%d accepted, %d refused", seen[true], seen[false])
	}
}
