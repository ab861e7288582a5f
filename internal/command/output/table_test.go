package output

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestNothingIsWiderThanANarrowTerminal(t *testing.T) {
	var out bytes.Buffer
	v := New(terminal.Streams{Out: &out, Err: &out}, false)
	v.on = terminal.Screen{Terminal: true, Width: 40}
	v.Changes([]link.Change{{System: report.PB, Action: link.Update,
		Object: say.Of("OAuth2 of the collection “customers”")}})
	v.Verified(&shown()[0])
	v.Receipts([]journal.Summary{{ID: "k3v9x2m4q7", Slug: "wiki", Collection: "people", Meta: journal.Meta{
		Kind: journal.Apply, AuthentikURL: "https://a.example", PocketBaseURL: "https://p.example"}}}, nil)
	v.Table([]Summary{{Name: "shop", Outcome: OutcomeFailed,
		Cause: say.Of("PocketBase does not answer at its address.")}},
		say.Of("failed checks"), "")
	for line := range strings.Lines(out.String()) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 40 {
			t.Errorf("too wide: %s", line)
		}
	}
	for _, want := range []string{"\n  receipt: k3v9x2m4q7\n", "\nLINK  OUTCOME  FAILED       CAUSE\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
}

// One long cell does not cost the other rows their columns.
func TestAListOfReceiptsIsATable(t *testing.T) {
	meta := journal.Meta{Kind: journal.Apply, AuthentikURL: "https://a.example", PocketBaseURL: "https://p.example"}
	list := []journal.Summary{
		{ID: "k3v9x2m4q7", Slug: "pocketbase", Collection: "users", Meta: meta, Changes: 2,
			Outcome: journal.Stopped, Did: say.Of("Link changed: scope mapping, name, subject mode")},
		{ID: "uevtavmkom", Slug: "pocketbase", Collection: "users", Meta: meta, Outcome: journal.Completed,
			Did: say.Of("Link created")},
	}
	for _, width := range []int{80, 100, 200} {
		var out bytes.Buffer
		v := New(terminal.Streams{Out: &out}, false)
		v.on = terminal.Screen{Terminal: true, Width: width}
		v.Receipts(list, nil)
		head, _, _ := strings.Cut(out.String(), "\n")
		if strings.Join(strings.Fields(head), " ") != "WHEN WHAT LINK OUTCOME RECEIPT" {
			t.Errorf("at %d columns it is\n%s", width, out.String())
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if utf8.RuneCountInString(line) > width || strings.HasSuffix(line, " ") {
				t.Errorf("at %d columns there is %q", width, line)
			}
		}
	}
}
