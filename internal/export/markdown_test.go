package export

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans/undo"
)

func TestMarkdownTellsWhatIsTakenBack(t *testing.T) {
	a, p := linked(t)
	removal, problems := undo.Removal(&link.Spec{}, &a, p, false)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	undo, problems := undo.New(&link.Spec{}, newLink(t).Changes, &a, &p, true)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for title, plan := range map[string]link.Plan{"# Removal: ": removal, "# Undo: ": undo} {
		out := written(t, "markdown", plan)
		if !strings.HasPrefix(out, title) || !strings.Contains(out, "delete application") ||
			!strings.Contains(out, "| `client_secret` | set | not set |") {
			t.Errorf("it says:\n%s", out)
		}
		if _, err := readMarkdown(out); err != nil {
			t.Error(err)
		}
	}
}

func TestMarkdownOfNothing(t *testing.T) {
	out := written(t, "markdown", nothing(t))
	if !strings.Contains(out, "\n## Nothing to change\n") {
		t.Errorf("it says:\n%s", out)
	}
}

func TestMarkdownValues(t *testing.T) {
	for want, v := range map[string]link.Shown{
		"*none*": {}, "*empty*": link.ShowText(""), "yes": link.ShowFlag(true), "no": link.ShowFlag(false),
		"`yes`": link.ShowText("yes"), "`*none*`": link.ShowText("*none*"), "`7`": link.ShowNumber(7),
		"`a`<br>`b`": link.ShowText("a\nb"), "• `a`<br>• `b`": link.ShowList([]string{"a", "b"}),
		"a &#124; b": link.ShowText("a | b"), "&#60;br&#62;": link.ShowText("<br>"),
		"&#96;`@`&#96;": link.ShowText("`@`"), "⟨U+202E⟩a": link.ShowText("\u202ea"), "&#10216;": link.ShowText("⟨"),
		"&#123;&#123; a &#125;&#125;": link.ShowText("{{ a }}"), "`    a`": link.ShowText("    a"),
		"`@everyone`": link.ShowText("@everyone"), "a&#32;": link.ShowText("a "),
		"&#8226; a &#124;": link.ShowText("• a |"), "⟨U+000D⟩": link.ShowText("\r"),
	} {
		if got := markdownValue(v); got != want {
			t.Errorf("%#v is written as %s, not %s", v, got, want)
		}
	}
}
