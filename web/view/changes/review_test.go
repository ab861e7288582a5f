package changes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

func TestReviewKeepsTheOrderOfTheChanges(t *testing.T) {
	change := func(s report.System, object string, a link.Action) link.Change {
		return link.Change{System: s, Object: say.Raw(object), Action: a}
	}
	p := NewReview(&view.Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{
		change(report.Authentik, "mapping", link.Create), change(report.Authentik, "provider", link.Update),
		change(report.PB, "rules", link.Update), change(report.Authentik, "binding", link.Delete),
	}}})
	var got []string
	for _, c := range p.Changes {
		got = append(got, say.Of("%s: %s %s", c.System, c.Verb, c.Object).String())
	}
	want := []string{"authentik: Create mapping", "authentik: Change provider", "PocketBase: Change rules",
		"authentik: Delete binding"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if p.Button.String() != "Apply 4 changes" || p.Head.Title.String() != "Review 4 changes" {
		t.Errorf("%q, %q", p.Button, p.Head.Title)
	}
}

func TestReviewOfOneAndOfNothing(t *testing.T) {
	one := NewReview(&view.Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{{Object: say.Of("x")}}}})
	if one.Button.String() != "Apply 1 change" {
		t.Error(one.Button)
	}
	none := NewReview(&view.Head{}, ReviewInput{})
	if !none.Button.Empty() || none.Head.Title.String() != "No changes needed" {
		t.Errorf("%+v", none)
	}
}

func TestChangeCardShowsValuesAsTheyAre(t *testing.T) {
	card := newChangeCard(&link.Change{Action: link.Update, Fields: []link.Field{
		{Name: "list", Before: link.ShowList(nil), After: link.ShowList([]string{"a", "b"})},
		{Name: "flag", Before: link.ShowFlag(false), After: link.ShowFlag(true)},
		{Name: "text", After: link.ShowText("one\ntwo")}, {Name: "secret", Before: link.ShowText("set"),
			After: link.ShowText("set (a new one)"), Sensitive: true},
	}}, true)
	for i, want := range []struct{ before, after string }{{"", "a|b"}, {"no", "yes"}, {"", "one\ntwo"},
		{"set", "set (a new one)"}} {
		f := card.Fields[i]
		if joined(f.Before) != want.before || joined(f.After) != want.after {
			t.Errorf("%s: %q → %q", f.Name, f.Before, f.After)
		}
	}
	if !card.Fields[2].Block || card.Fields[0].Block || !card.Updates || !card.Fields[3].Sensitive {
		t.Errorf("%+v", card)
	}
}

func joined(list []Value) string { return strings.Join(link.Each(list, Value.String), "|") }

// TestOnlyWhatDiffersIsMarked: [ and ] are around the marks.
func TestOnlyWhatDiffersIsMarked(t *testing.T) {
	text, list := link.ShowText, func(l ...string) link.Shown { return link.ShowList(l) }
	for name, one := range map[string]struct {
		before, after link.Shown
		want          string
	}{
		"a word":  {text("minutes=1"), text("minutes=10"), "minutes=[1] → minutes=[10]"},
		"the end": {text("PocketBase"), text("PocketBase of us"), "PocketBase → PocketBase[ of us]"},
		"the middle": {text("https://a.example/x"), text("https://b.example/x"),
			"https://[a].example/x → https://[b].example/x"},
		"twice the same":    {text("a a"), text("a a a"), "a a → a a[ a]"},
		"nothing in common": {text("Shop"), text("Wiki for all"), "[Shop] → [Wiki for all]"},
		"accents":           {text("Büro é"), text("Büro è"), "Büro [é] → Büro [è]"},
		"an entry":          {list("a", "b"), list("a", "b", "c"), "a|b → a|b|[c]"},
		"within an entry": {list("a", "https://x.example/1"), list("https://x.example/2", "a"),
			"a|https://x.example/[1] → https://x.example/[2]|a"},
		"several entries":      {list("a b", "c d"), list("a x", "c y"), "[a b]|[c d] → [a x]|[c y]"},
		"nothing before":       {link.Shown{}, text("x"), " → [x]"},
		"nothing after":        {text("x"), link.Shown{}, "[x] → "},
		"the text of the list": {list("a"), list(), "[a] → "},
	} {
		was, is := differing(one.before, one.after)
		if got := marks(was) + " → " + marks(is); got != one.want {
			t.Errorf("%s: %s, want %s", name, got, one.want)
		}
	}
}

func marks(list []Value) string {
	return strings.Join(link.Each(list, func(v Value) (s string) {
		for _, p := range v {
			if p.Differs {
				p.Text = say.Of("[%s]", p.Text)
			}
			s += p.Text.String()
		}
		return s
	}), "|")
}

func TestUntil(t *testing.T) {
	if got := until(time.Date(2026, 11, 23, 19, 5, 0, 0, time.UTC), false); got.String() != "set, expires on 23 "+
		"November 2026 "+
		"19:05 UTC and cannot be renewed" {
		t.Error(got)
	}
	if got := until(time.Time{}, true); got.String() != "set" {
		t.Error(got)
	}
}

func TestALongURLBreaksAfterASlash(t *testing.T) {
	for text, want := range map[string]string{
		"https://pb.example/api/oauth2-redirect": "https://pb.example/<wbr>api/<wbr>oauth2-redirect",
		"name/with a slash & <b>":                "name/with a slash &amp; &lt;b&gt;",
	} {
		var html strings.Builder
		if err := (Value{{Text: say.Raw(text)}}).Render(t.Context(), &html); err != nil || html.String() != want {
			t.Errorf("%s is %s, want %s (%v)", text, html.String(), want, err)
		}
	}
}
