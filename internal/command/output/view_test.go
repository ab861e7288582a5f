package output

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/command/terminal"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestMessages(t *testing.T) {
	fault := &report.Fault{System: report.PB, Field: "pocketbase.url", Summary: say.Of("It does not answer."),
		Todo: say.Of("Start it."),
		Err:  errors.New("refused")}
	problems := report.Problems{{Field: "email", Summary: say.Of("It is missing."), Todo: say.Of("Choose one.")},
		{Summary: say.Of("And this.")}}
	stored := &journal.Fault{Summary: say.Of("The disk is full."), Todo: say.Of("Make room."),
		Err: errors.New("ENOSPC")}
	ofFault := report.Message{System: report.PB, Field: "pocketbase.url", Summary: say.Of("It does not answer."),
		Todo: say.Of("Start it.")}
	ofProblems := []report.Message{{Field: "email", Summary: say.Of("It is missing."), Todo: say.Of("Choose one.")},
		{Summary: say.Of("And this.")}}
	for name, test := range map[string]struct {
		err  error
		want []report.Message
	}{
		"a fault":                 {fault, []report.Message{ofFault}},
		"a fault that is wrapped": {fmt.Errorf("applying x: %w", fault), []report.Message{ofFault}},
		"a fault of a fault": {&report.Fault{Summary: say.Of("Outer."), Err: fault},
			[]report.Message{{Summary: say.Of("Outer.")}}},
		"problems": {problems, ofProblems},
		"the state directory": {stored, []report.Message{{Summary: say.Of("The disk is full."),
			Todo: say.Of("Make room.")}}},
		"both systems at once": {errors.Join(fault, problems), append([]report.Message{ofFault}, ofProblems...)},
		"joined, then wrapped": {fmt.Errorf("applying x: %w", errors.Join(fault, nil, stored)),
			[]report.Message{ofFault, {Summary: say.Of("The disk is full."), Todo: say.Of("Make room.")}}},
		"an error without words": {fmt.Errorf("opening: %w", errors.New("no such file")),
			[]report.Message{{Summary: say.Of("opening: no such file")}}},
		"several of a file at once": {errors.Join(errors.New("a:1: x"), errors.New("a:2: y")),
			[]report.Message{{Summary: say.Of("a:1: x")}, {Summary: say.Of("a:2: y")}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Messages(test.err)); diff != "" {
				t.Errorf("the messages (want -, got +):\n%s", diff)
			}
		})
	}
}

func TestFieldsAreNamedAsInTheLinkFile(t *testing.T) {
	for field, want := range map[string]string{
		"access.groups.0": "access.groups[0]: x", "provider.redirect_uris.12": "provider.redirect_uris[12]: x",
		"email":          "email: x",
		"pocketbase.url": "pocketbase.url: x", "": "x", "odd.": "odd.: x",
		"pocketbase.groups.0.field": "pocketbase.groups[0].field: x", "a.1.2": "a[1][2]: x",
	} {
		if got := text(report.Message{Field: field, Summary: say.Of("x")}).String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAnUndoReadsBackwards(t *testing.T) {
	var out bytes.Buffer
	view := New(terminal.Streams{Out: &out}, false)
	view.Plan(&link.Plan{Purpose: link.PurposeUndo, Of: "abc", Changes: []link.Change{{
		System: report.Authentik, Action: link.Delete, Object: say.Of("provider “Shop”"),
		Why: say.Of("Takes back what was done before."), Lost: say.Of("Its client secret."),
		Fields: []link.Field{{Name: "description", Before: link.ShowText("two\nlines")},
			{Name: "hide", Before: link.ShowFlag(true), Usual: true}},
	}}})
	want := "Undoing receipt abc.\n- authentik: delete provider “Shop”\n    why: Takes back what was done before.\n" +
		"    description:\n        two\n        lines\n    hide: yes\n    cannot be undone: Its client secret.\n\n1 " +
		"change to make.\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("the text (want -, got +):\n%s", diff)
	}
}

func TestAChangeThatFailsSaysSo(t *testing.T) {
	var out, problems bytes.Buffer
	v := New(terminal.Streams{Out: &out, Err: &problems}, false)
	c := link.Change{System: report.PB, Action: link.Update, Object: say.Of("OAuth2")}
	v.event(apply.Event{Change: c, State: apply.Running})
	v.event(apply.Event{Change: c, State: apply.Failed,
		Messages: []report.Message{{Summary: say.Of("It was refused.")}}})
	v.Applied(&link.Plan{}, nil, nil, report.SignedIn{}, &report.Fault{Summary: say.Of("It was refused."),
		Todo: say.Of("Look.")})
	if out.String() != "PocketBase: update OAuth2 ... failed\n" ||
		strings.TrimSpace(problems.String()) != "It was refused. Look." {
		t.Errorf("it prints %q and %q", out.String(), problems.String())
	}
}

func TestReceiptsNameWhatTheyAreOf(t *testing.T) {
	var out bytes.Buffer
	New(terminal.Streams{Out: &out}, false).Receipts([]journal.Summary{{
		ID: "k3", Meta: journal.Meta{Kind: journal.Apply, AuthentikURL: "https://a.example",
			PocketBaseURL: "https://p.example"}, Slug: "wiki", Collection: "people", Outcome: journal.Completed,
	}}, nil)
	if !strings.Contains(out.String(), "\twiki\thttps://a.example\tpeople\thttps://p.example\n") {
		t.Errorf("the list says %q", out.String())
	}
}

// A time in a file or pipe says in which zone it is.
func TestTimesInAPipeHaveAZone(t *testing.T) {
	when := time.Date(2026, 12, 1, 4, 30, 0, 0, time.FixedZone("", -3600))
	var out, problems bytes.Buffer
	v := New(terminal.Streams{Out: &out, Err: &problems}, false)
	summary := journal.Summary{ID: "k3", When: when, Meta: journal.Meta{Kind: journal.Apply}}
	v.Receipt([]journal.Summary{summary}, &journal.Receipt{ID: "k3", When: when,
		Changes: []journal.Change{{Change: link.Change{System: report.PB, Object: say.Of("OAuth2")}}}})
	v.ofNoLink(&summary)
	v.Changed(Standing{}, &Verification{Began: when, Err: errors.New("gone")})
	for _, want := range []string{"    when: 2026-12-01T05:30:00Z\n", "    outcome: waiting\n",
		"2026-12-01T05:30:00Z error"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
	if !strings.Contains(problems.String(), " started at 2026-12-01T05:30:00Z was interrupted") {
		t.Errorf("it tells %q", problems.String())
	}
}

// At a terminal all times are those of its clock, also that of a sign-in.
func TestASignInIsTimedByTheClockOfTheTerminal(t *testing.T) {
	seen := report.SignedIn{Name: "ada", At: time.Now().UTC()}
	for at, on := range map[string]terminal.Screen{
		seen.At.Local().Format(" at 15:04."): {Terminal: true}, seen.At.Format(" at 15:04 UTC."): {},
	} {
		var out bytes.Buffer
		v := New(terminal.Streams{Out: &out}, false)
		v.on = on
		if v.checks(report.Checks{{Status: report.Pass}}, seen); !strings.Contains(out.String(), "ada signed in"+at) {
			t.Errorf("it lacks %q:\n%s", at, out.String())
		}
	}
}
