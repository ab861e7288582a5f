package visible_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/quick"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"

	"authpocket/internal/visible"
)

// hostile is text that controls terminals and pages, or is invisible.
func hostile() []string {
	list := []string{
		"\x1b[31mRED", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "\x1b[2K\rgone",
		"\x7f", "\u202eevil", "\u2066a\u2069",
		"\u200b", "\u200d", "\ufeff", "\u00ad", "\u034f", "\u115f", "\u3164", "\u2800", "\ufe0f", "\u180e", "\u2028",
		"\u2029", "\u00a0",
		"\U000e0041\U000e007f", "\xff", "\xed\xa0\xbd", "a\nb", "a\tb", "\ue000",
	}
	for r := range rune(0xa0) {
		if r < ' ' || r >= 0x7f {
			list = append(list, string(r))
		}
	}
	return list
}

// plain reports whether every character is visible and controls nothing.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsPrint(r) || unicode.In(r, unicode.C, unicode.Z) && r != ' ' ||
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == '\u2800'
	})
}

func TestLineShowsEveryCharacter(t *testing.T) {
	for in, want := range map[string]string{
		"evil\x1b[31mRED\u202e": `evil\x1b[31mRED\u202e`, "a\nb\r\tc": `a\nb\r\tc`, "\x00\x7f\u0085": `\x00\x7f\u0085`,
		"\xff":       `\xff`,
		"\U000e0041": `\U000e0041`, "ä 日本 👍 “q” → עברית العربية": "ä 日本 👍 “q” → עברית العربية", "\ufffd": "\ufffd",
		"": "",
	} {
		if got := visible.Line(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
	for _, one := range hostile() {
		if got := visible.Line(one); !plain(got) {
			t.Errorf("%q is shown as %q", one, got)
		}
	}
}

func TestBlockKeepsLinesBelowOurs(t *testing.T) {
	if got := visible.Block("one\r\n\ttwo\rthree\x1b", "    "); got != "one\n    \ttwo\\rthree\\x1b" {
		t.Errorf("%q", got)
	}
}

func TestJSONMeansTheSame(t *testing.T) {
	same := func(text string) bool {
		value := map[string]string{text: strings.Join(hostile(), text)}
		document, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var before, after any
		shown := visible.JSON(document)
		if json.Unmarshal(document, &before) != nil || json.Unmarshal(shown, &after) != nil {
			return false
		}
		return fmt.Sprint(before) == fmt.Sprint(after) && plain(string(shown))
	}
	if err := quick.Check(same, nil); err != nil {
		t.Error(err)
	}
}

func TestYAMLMeansTheSame(t *testing.T) {
	for _, one := range append(hostile(), "ä 日本 👍", "\U0001f600") {
		if !utf8.ValidString(one) || strings.ContainsFunc(one, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			continue // no YAML
		}
		shown := visible.YAML([]byte(`"` + one + `"`))
		var again string
		if err := yaml.Unmarshal(shown, &again); err != nil || again != one || !plain(string(shown)) {
			t.Errorf("%q is shown as %s and read as %q: %v", one, shown, again, err)
		}
	}
}

func TestFprintfShowsValuesOnly(t *testing.T) {
	var b bytes.Buffer
	visible.Fprintf(&b, "%s:\n%-4s|%v %d %q\n", "a\nb", "x", fmt.Errorf("c\x1b"), 7, "d")
	visible.Fprintf(&b, "%s\n", visible.Block("1\n2", "  "))
	visible.Fprintln(&b, "e\nf", error(nil))
	if want := "a\\nb:\nx   |c\\x1b 7 \"d\"\n1\n  2\ne\\nf <nil>\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

func TestPageShowsTextAndKeepsValues(t *testing.T) {
	for in, want := range map[string]string{
		"<p>a\x1b\u202eb</p>":                               `<p>a\x1b\u202eb</p>`,
		"<p title=\"a>\u202e\">\u202e</p>":                  "<p title=\"a>\u202e\">\\u202e</p>",
		"<input value=\"a\r\u200b\"/>\u200b":                "<input value=\"a&#13;\u200b\"/>\\u200b",
		"<textarea name=\"x\">a\r\n\u200b</textarea>\u200b": "<textarea name=\"x\">a&#13;\n\u200b</textarea>\\u200b",
		"<title>עברית\u200b</title><p>":                     "<title>עברית\\u200b</title><p>",
		"<p>the group עברית שלום is new":                    "<p>the group <bdi>עברית שלום</bdi> is new",
		"<pre>a\r\nb\rc\n</pre>":                            "<pre>a\nb\\rc\n</pre>",
		"plain":                                             "plain",
		"<p>«\u00a0a\u00a0b\u00a0»\u00a0: 1\u202f200\u00a0": "<p>«\u00a0a\\u00a0b\u00a0»\u00a0: 1\u202f200\\u00a0",
		"<title>Oui\u00a0?\u200b</title>":                   "<title>Oui\u00a0?\\u200b</title>",
	} {
		if got := string(visible.Page([]byte(in))); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// Whatever a value is, nothing of it is invisible between tags, and form fields
// still send the same.
func TestPageHoldsForEveryValue(t *testing.T) {
	holds := func(text string, which uint8) bool {
		list := hostile()
		value := text + list[int(which)%len(list)] + text
		esc := templ.EscapeString(value)
		page := `<title>` + esc + `</title><p>` + esc + `</p><input value="` + esc + `"><select><option value="` + esc +
			`">` + esc + `</option></select>`
		before, after := parse(t, page), parse(t, string(visible.Page([]byte(page))))
		for i, text := range after.texts {
			if !plain(strings.NewReplacer("\n", "", "\t", "").Replace(text)) {
				t.Logf("%q shows %q", before.texts[i], text)
				return false
			}
		}
		return fmt.Sprint(before.values) == fmt.Sprint(after.values)
	}
	if err := quick.Check(holds, nil); err != nil {
		t.Error(err)
	}
}

type parsed struct{ texts, values []string }

func parse(t *testing.T, page string) (p parsed) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			p.texts = append(p.texts, n.Data)
		}
		for _, a := range n.Attr {
			p.values = append(p.values, strings.ReplaceAll(a.Val, "\r", "\n")) // as HTML has it
		}
	}
	return p
}
