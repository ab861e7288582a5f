package changes

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/web/view"
)

func TestReviewKeepsTheOrderOfTheChanges(t *testing.T) {
	change := func(s link.System, object string, a link.Action) link.Change {
		return link.Change{System: s, Object: object, Action: a}
	}
	p := NewReview(view.Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{
		change(link.Authentik, "mapping", link.Create), change(link.Authentik, "provider", link.Update),
		change(link.PB, "rules", link.Update), change(link.Authentik, "binding", link.Delete),
	}}})
	var got []string
	for _, g := range p.Groups {
		for _, c := range g.Changes {
			got = append(got, g.System+": "+c.Verb+" "+c.Object)
		}
	}
	want := []string{"authentik: Create Mapping", "authentik: Change Provider", "PocketBase: Change Rules",
		"authentik: Delete Binding"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if p.Button != "Apply 4 changes" || p.Head.Title != "Review 4 changes" {
		t.Errorf("%q, %q", p.Button, p.Head.Title)
	}
}

func TestReviewOfOneAndOfNothing(t *testing.T) {
	one := NewReview(view.Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{{Object: "x"}}}})
	if one.Button != "Apply 1 change" {
		t.Error(one.Button)
	}
	none := NewReview(view.Head{}, ReviewInput{})
	if one.warningsHeading() != "Before you continue" || none.warningsHeading() != "Good to know" {
		t.Error("the warnings' heading speaks of going on where there is nothing to do, or the other way round")
	}
	if none.Button != "" || none.Head.Title != "No changes needed" {
		t.Errorf("%+v", none)
	}
}

func TestChangeCardShowsValuesAsTheyAre(t *testing.T) {
	card := newChangeCard(link.Change{Action: link.Update, Fields: []link.Field{
		{Name: "list", Before: link.ShowList(nil), After: link.ShowList([]string{"a", "b"})},
		{Name: "flag", Before: link.ShowFlag(false), After: link.ShowFlag(true)},
		{Name: "text", After: link.ShowText("one\ntwo")}, {Name: "secret", Before: link.ShowText("set"),
			After: link.ShowText("set (a new one)"), Sensitive: true},
	}})
	for i, want := range []struct{ before, after string }{{"(none)", "a|b"}, {"no", "yes"}, {"(none)", "one\ntwo"},
		{"set", "set (a new one)"}} {
		f := card.Fields[i]
		if strings.Join(f.Before, "|") != want.before || strings.Join(f.After, "|") != want.after {
			t.Errorf("%s: %q → %q", f.Name, f.Before, f.After)
		}
	}
	if !card.Fields[2].Block || card.Fields[0].Block || !card.Updates || !card.Fields[3].Sensitive {
		t.Errorf("%+v", card)
	}
}

func TestUntil(t *testing.T) {
	if got := until(time.Date(2026, 11, 23, 19, 5, 0, 0, time.UTC), false); got != "set, expires on 23 November 2026 "+
		"19:05 UTC and cannot be renewed" {
		t.Error(got)
	}
	if got := until(time.Time{}, true); got != "set" {
		t.Error(got)
	}
}
