package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

// spelling is a way in which systems encode a text, with its inverse.
type spelling struct {
	name   string
	encode func(string) string
	decode func(string) string // lenient: keeps what is not an escape
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func jsonText(s string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	_ = enc.Encode(s)
	return inner(strings.TrimSpace(b.String()))
}

func fromJSON(s string) string {
	var out string
	if json.Unmarshal([]byte(`"`+s+`"`), &out) != nil {
		return s
	}
	return out
}

// pythonJSON escapes all non-ASCII characters, like Python's json.
func pythonJSON(s string) string {
	var b strings.Builder
	for _, r := range jsonText(s, false) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}

func each(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
}

func eachByte(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
}

func unquoted(s string) string {
	if out, err := strconv.Unquote(`"` + s + `"`); err == nil {
		return out
	}
	return s
}

func inQuery(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

func inPath(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func spellings() []spelling {
	same := func(s string) string { return s }
	return []spelling{
		{"plain", same, same},
		{"query", url.QueryEscape, inQuery},
		{"path", url.PathEscape, inPath},
		{"query in small letters", func(s string) string { return lowerHex(url.QueryEscape(s)) }, inQuery},
		{"every byte of an address", eachByte("%%%02x"), inPath},
		{"JSON", func(s string) string { return jsonText(s, true) }, fromJSON},
		{"JSON without HTML", func(s string) string { return jsonText(s, false) }, fromJSON},
		{"JSON of Python", pythonJSON, fromJSON},
		{"JSON with \\/", func(s string) string { return strings.ReplaceAll(jsonText(s, false), "/", `\/`) }, fromJSON},
		{"HTML", html.EscapeString, html.UnescapeString},
		{"HTML in numbers", each("&#%d;"), html.UnescapeString},
		{"HTML in hexadecimal numbers", each("&#x%X;"), html.UnescapeString},
		{"XML", xmlText, html.UnescapeString},
		{"%q", func(s string) string { return inner(strconv.Quote(s)) }, unquoted},
		{"%+q", func(s string) string { return inner(strconv.QuoteToASCII(s)) }, unquoted},
		{"octal", eachByte(`\%03o`), unquoted},
		{"hexadecimal bytes", eachByte(`\x%02x`), unquoted},
		{"shell", func(s string) string { return strings.ReplaceAll(s, "'", `'\''`) },
			func(s string) string { return strings.ReplaceAll(s, `'\''`, "'") }},
		{"SQL", func(s string) string { return strings.ReplaceAll(s, "'", "''") },
			func(s string) string { return strings.ReplaceAll(s, "''", "'") }},
		{"HCL", func(s string) string {
			return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(jsonText(s, false))
		},
			func(s string) string { return fromJSON(strings.NewReplacer("$${", "${", "%%{", "%{").Replace(s)) }},
	}
}

// lowerHex writes %2F as %2f.
func lowerHex(s string) string {
	out := []byte(s)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i:], bytes.ToLower(out[i:i+3]))
		}
	}
	return string(out)
}

// digits returns the spellings that encode every character.
func digits(r *rand.Rand) []spelling {
	before, after := randomText(r, r.IntN(7)), randomText(r, r.IntN(7))
	encoding := []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding,
		base64.RawURLEncoding}[r.IntN(4)]
	decode := func(s string) string {
		out := s
		for _, run := range strings.FieldsFunc(s, func(r rune) bool {
			return r >= utf8.RuneSelf ||
				!base64Digit(byte(r)) && r != '='
		}) {
			for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding,
				base64.RawURLEncoding} {
				text, _ := e.DecodeString(run)
				out += "\n" + string(text)
			}
		}
		return out
	}
	basic := func(s string) string {
		req := http.Request{Header: http.Header{}}
		req.SetBasicAuth(before, s)
		return strings.TrimPrefix(req.Header.Get("Authorization"), "Basic ")
	}
	return []spelling{
		{"base64", func(s string) string { return encoding.EncodeToString([]byte(before + s + after)) }, decode},
		{"Basic", basic, decode},
		{"Basic of OAuth2", func(s string) string { return basic(url.QueryEscape(s)) },
			func(s string) string { return inQuery(decode(s)) }},
		{"hexadecimal", func(s string) string { return hex.EncodeToString([]byte(s)) }, func(s string) string {
			out, _ := hex.DecodeString(s)
			return string(out)
		}},
	}
}

// randomText returns random code points, preferring those that some spelling
// escapes.
func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		switch r.IntN(4) {
		case 0:
			b.WriteRune(rune(r.IntN(0x80)))
		case 1:
			b.WriteByte(`\"'&<>%+/$ {}=:;#u0n`[r.IntN(20)])
		case 2:
			b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[r.IntN(62)])
		default:
			point := rune(r.IntN(utf8.MaxRune + 1))
			if !utf8.ValidRune(point) {
				point = 'é'
			}
			b.WriteRune(point)
		}
	}
	return b.String()
}

func TestNoSpellingOfASecretIsLeft(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	const rounds = 2_000
	lossy := 0
	for range rounds {
		value := randomText(r, 4+r.IntN(12))
		all := append(spellings(), digits(r)...)
		outer := spellings()
		one, two := all[r.IntN(len(all))], outer[r.IntN(len(outer))]
		written := two.encode(one.encode(value))
		if !strings.Contains(one.decode(two.decode(written)), value) {
			lossy++ // XML has no control characters
			continue
		}
		text := "| " + written + " |"
		got := Hide(text, New("not in it"), New(value))
		partly := strings.HasPrefix(one.name, "Ba") || one.name == "base64" // the surrounding text may remain
		if got != "| (hidden) |" && (two.encode("=A/+") == "=A/+" || !partly) {
			t.Fatalf("%q in %s in %s is %q, of which %q is left (seed %d)", value, one.name, two.name, written, got,
				seed)
		}
		if !In(written, New(value)) {
			t.Fatalf("%q is not found in %q (seed %d)", value, written, seed)
		}
		around := randomText(r, r.IntN(9)) + written + randomText(r, r.IntN(9))
		for _, got := range []string{Mask(around, New(value)), Scrub(around, New(value))} {
			if back := one.decode(two.decode(got)); strings.Contains(back, value) && !strings.Contains(hidden, value) {
				t.Fatalf("%q shows in %q, from %q in %s in %s (seed %d)", value, got, around, one.name, two.name, seed)
			}
		}
	}
	if lossy > rounds/5 {
		t.Errorf("%d of %d do not decode back", lossy, rounds)
	}
}

// Errors of Go and Python that contain a secret chosen by an admin.
func TestHideKnowsTheSpellings(t *testing.T) {
	for name, one := range map[string]struct{ value, text, want string }{
		"JSON of Go":                {"p&ss<w>ord", `{"a":"p\u0026ss\u003cw\u003eord"}`, `{"a":"(hidden)"}`},
		"a backslash":               {`back\slash`, `"back\\slash"`, `"(hidden)"`},
		"JSON in JSON":              {`a"b\c&`, `"{\"x\":\"a\\\"b\\\\c\\u0026\"}"`, `"{\"x\":\"(hidden)\"}"`},
		"a tab":                     {"with\ttab", `with\ttab`, "(hidden)"},
		"a tab as a number":         {"with\ttab", `with\u0009tab`, "(hidden)"},
		"Python":                    {"pässwörd", `p\u00e4ssw\u00f6rd`, "(hidden)"},
		"Python's repr":             {"pässwörd", `'p\xe4ssw\xf6rd'`, `'(hidden)'`},
		"above the plane":           {"a🔑bc", `a\ud83d\udd11bc`, "(hidden)"},
		"HTML":                      {`a'b"c<`, `a&#39;b&#34;c&lt;`, "(hidden)"},
		"HTML of Python":            {`a'b"c<`, `a&#x27;b&quot;c&lt;`, "(hidden)"},
		"an address in an address":  {"a/b c", "next=%3Fx%3Da%252Fb%2520c%26", "next=%3Fx%3D(hidden)%26"},
		"Basic":                     {"s3cret", "Basic aWQ6czNjcmV0", "Basic (hidden)"},
		"a shell":                   {"it's me", `'it'\''s me'`, `'(hidden)'`},
		"twice":                     {"abcd", "abcd-abcd", "(hidden)-(hidden)"},
		"into each other":           {"abab", "ababab", "(hidden)"},
		"too short to be a secret":  {"abc", "abc", "abc"},
		"something that looks like": {"abcd", "abce", "abce"},
	} {
		if got := Hide(one.text, New(one.value)); got != one.want {
			t.Errorf("%s: %s, want %s", name, got, one.want)
		}
	}
}

func TestSecretsThatOverlapLeaveNothing(t *testing.T) {
	if got := Hide("xabcdefx", New("abcd"), New("cdef")); got != "x(hidden)x" {
		t.Error(got)
	}
}

func FuzzHide(f *testing.F) {
	f.Add("p&ss<w>ord", `\"`, 5, 9)
	f.Add(`\\\\`, `\`, 7, 5)
	f.Fuzz(func(t *testing.T, value, around string, first, second int) {
		list := spellings()
		one, two := list[abs(first)%len(list)], list[abs(second)%len(list)]
		if len(value) < minLength || len(value)*len(around) > 1<<12 || !utf8.ValidString(value) ||
			strings.Contains(hidden, value) {
			return
		}
		got := Mask(around+two.encode(one.encode(value))+around, New(value))
		if !strings.Contains(around, value) && strings.Contains(one.decode(two.decode(got)), value) {
			t.Errorf("%q shows in %q, %s in %s", value, got, one.name, two.name)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func BenchmarkHide(b *testing.B) {
	known := []Text{New("s3cret/value+1&more"), New(strings.Repeat(`\`, 40)), New("&#38;&#38;&#38;")}
	for _, text := range []string{`\`, "&", "%", "'", "&amp;", `\u0026`, "%25", `{"name": "an ordinary text"}, `} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				Hide(strings.Repeat(text, 16<<10/len(text)), known...)
			}
		})
	}
}
