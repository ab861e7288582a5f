package output

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

func TestAListShowsWhatComesAndGoes(t *testing.T) {
	long := strings.Repeat("x", 40)
	list := link.Field{Name: "mappings", Before: link.ShowList([]string{"openid", long, "profile"}),
		After: link.ShowList([]string{"email", "openid", "profile"})}
	text := link.Field{Name: "expression", Before: link.ShowText("a\nb\nc\n"), After: link.ShowText("a\nB\nc\n")}
	for name, test := range map[string]struct {
		width int
		all   bool
		of    link.Field
		want  string
	}{
		"a list at a terminal": {80, false, list, "    mappings:\n        + email\n        - " + long +
			"\n        and 2 unchanged\n"},
		"all of a list": {80, true, list, "    mappings:\n        + email\n          openid\n        - " + long +
			"\n          profile\n"},
		"a list that fits in a line": {200, false, list, "    mappings: openid, " + long +
			", profile → email, openid, profile\n"},
		"a list in a pipe": {0, false, list, "    mappings: openid, " + long +
			", profile → email, openid, profile\n"},
		"lines": {0, false, text, "    expression:\n          a\n        - b\n        + B\n          c\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			v := New(terminal.Streams{Out: &out}, false)
			v.All, v.on = test.all, terminal.Screen{Terminal: test.width > 0, Width: test.width}
			v.fields(&link.Change{Action: link.Update, Fields: []link.Field{test.of}})
			if diff := cmp.Diff(test.want, out.String()); diff != "" {
				t.Errorf("the field (want -, got +):\n%s", diff)
			}
		})
	}
}

// Many lines are not compared with each other, which would take long.
func TestVeryLongTextsAreReplaced(t *testing.T) {
	var out bytes.Buffer
	v := New(terminal.Streams{Out: &out}, false)
	long := strings.Repeat("a\n", 3000)
	v.fields(&link.Change{Action: link.Update, Fields: []link.Field{
		{Before: link.ShowText(long), After: link.ShowText("b\n" + long)}}})
	if n := strings.Count(out.String(), "\n        - a"); n != 3000 {
		t.Errorf("%d lines go", n)
	}
}

// What goes on below a reason is below its words, in every language.
func TestAReasonHangsBelowItself(t *testing.T) {
	languages, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]string{"en": "why: a", "de": "Grund: a", "fr": "raison : a"} {
		var out bytes.Buffer
		v := New(terminal.Streams{Out: &out, Language: languages.Match(tag).Spaced()}, false)
		v.on = terminal.Screen{Terminal: true, Width: 40}
		v.Changes([]link.Change{{Why: say.Raw(strings.TrimSpace(strings.Repeat("a ", 30)))}})
		_, why, _ := strings.Cut(out.String(), "\n")
		first, second, _ := strings.Cut(why, "\n")
		if !strings.HasPrefix(first, "    "+want) || strings.Index(first, "a a") != strings.Index(second, "a a") {
			t.Errorf("in %s it is\n%s", tag, why)
		}
	}
}
