package changes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// Receipt is the journal's record of one apply. Kind, Outcome and the changes'
// states are the journal's words.
type Receipt struct {
	ID          string
	When        time.Time
	Kind        string // "apply", "undo", "rotate", "remove", "proof"
	Outcome     string // empty: interrupted, or Running
	Running     bool
	Of          string // id of the receipt that it undoes or continues
	Count, Done int    // changes, and how many of them were applied
	TakenBack   bool   // a later receipt undid it
	Program     string // authpocket's version
	// Slug and Collection identify the link among those of the two systems.
	Slug, Collection string
	Did              string     // in a few words
	Created          bool       // it created the link
	Changed          []say.Text // all that it changed, only with Changes
	Changes          []ReceiptChange
}

// ReceiptChange is a change and its outcome.
type ReceiptChange struct {
	Change        link.Change
	State         string // "waiting", begun, "done", "failed"
	Summary, Todo string // of a failure
	Detail        string // of what was done
}

// ReceiptsInput holds what the list of receipts shows.
type ReceiptsInput struct {
	List   []Receipt
	Others int      // receipts of other links
	Aside  []string // why files were set aside
	Dir    string
	Back   string // where the back link leads
	Now    time.Time
}

// NewReceipts returns the list of receipts.
func NewReceipts(h view.Head, in ReceiptsInput) ReceiptsPage {
	h.Title, h.Back = say.Of("History"), cmp.Or(in.Back, "/settings")
	p := ReceiptsPage{Head: h, Aside: in.Aside, Dir: in.Dir}
	for _, r := range in.List {
		line := receiptLine(r)
		line.Ago = ago(in.Now, r.When)
		p.List = append(p.List, line)
	}
	if in.Others > 0 {
		verb := "are "
		if in.Others == 1 {
			verb = "is "
		}
		p.Others = "There " + verb + view.Plural(in.Others, "receipt", "receipts") +
			" for other addresses. Connect to those addresses to see them."
	}
	return p
}

// ago says how long ago a moment was, in the largest unit that fits.
func ago(now, then time.Time) string {
	past := now.Sub(then)
	switch {
	case now.IsZero() || past < 0:
		return ""
	case past < time.Minute:
		return "just now"
	case past < time.Hour:
		return view.Plural(int(past/time.Minute), "minute", "minutes") + " ago"
	case past < 48*time.Hour:
		return view.Plural(int(past/time.Hour), "hour", "hours") + " ago"
	}
	return view.Plural(int(past/(24*time.Hour)), "day", "days") + " ago"
}

func receiptLine(r Receipt) ReceiptLine {
	return ReceiptLine{
		URL: "/receipts/" + r.ID, What: r.what().String(), When: moment(r.When).String(), State: r.state(),
		Outcome: r.outcome(),
		Changes: fmt.Sprintf("%d of %s applied", r.Done, view.Plural(r.Count, "change", "changes")), About: r.about(),
	}
}

// state returns the icon's name.
func (r Receipt) state() string {
	switch {
	case r.Running:
		return "running"
	case r.Outcome == "completed":
		return "done"
	case r.Outcome == "" || r.Outcome == "stopped":
		return "warn"
	}
	return "waiting"
}

func (r Receipt) outcome() string {
	switch {
	case r.Running:
		return "In progress"
	case r.TakenBack:
		return "Done, then undone"
	}
	words := map[string]string{
		"completed": "Done", "stopped": "Stopped at a failed change", "continued": "Interrupted, then continued",
		"undone": "Interrupted, then undone", "dismissed": "Interrupted, then closed",
	}
	return cmp.Or(words[r.Outcome], "Interrupted")
}

// proofKind is the journal's word for a proof.
const proofKind = "proof"

const proofLeft = "Its person may still be in authentik, and that person's account in PocketBase. The next apply, " +
	"undo, " +
	"rotation, removal or proof deletes them."

// begun is the journal's state of a change whose outcome was not recorded.
const begun = "about to"

// undoable reports whether undo is offered. A rotation cannot be undone without
// the old secret, and a running apply has to end first.
func (r Receipt) undoable() bool {
	if r.Kind != "apply" && r.Kind != "remove" || r.Running || r.TakenBack || r.Outcome == "undone" {
		return false
	}
	return slices.ContainsFunc(r.Changes, func(c ReceiptChange) bool { return c.State == "done" || c.State == begun })
}

// NewReceipt returns the page of one receipt.
func NewReceipt(h view.Head, r Receipt) ReceiptPage {
	h.Title, h.Back, h.Wide = r.what(), "/receipts", true
	line := receiptLine(r)
	p := ReceiptPage{Head: h, ID: r.ID, Facts: []view.Answer{{Key: say.Of("What"), Value: say.Raw(line.About)},
		{Key: say.Of("When"), Value: say.Raw(line.When)}, {Key: say.Of("Outcome"), Value: say.Raw(line.Outcome)},
		{Key: say.Of("Changes"), Value: say.Raw(line.Changes)},
		{Key: say.Of("Receipt"), Value: say.Raw(r.ID)}}}
	if r.changed() && len(r.Changed) > 0 {
		p.Facts = slices.Insert(p.Facts, 1, view.Answer{Key: say.Of("Changed"), Value: say.List(r.Changed...)})
	}
	if r.Program != "" {
		p.Facts = append(p.Facts, view.Answer{Key: say.Of("Written by"), Value: say.Of("%s %s", view.Program,
			r.Program)})
	}
	if r.Of != "" {
		p.Of = "/receipts/" + r.Of
	}
	for _, c := range r.Changes {
		p.Changes = append(p.Changes, newReceiptCard(c))
	}
	p.Undo = r.undoable()
	p.Continue, p.Note = r.next()
	return p
}

// next returns the label of the button that continues with the receipt's
// answers, empty for none, and a note.
func (r Receipt) next() (button, note string) {
	switch {
	case r.Running:
		return "", "This apply is still running."
	case r.Kind == proofKind && r.Outcome == "":
		return "", "The proof was interrupted. " + proofLeft
	case r.Outcome == "":
		return "Continue", "The apply was interrupted. authpocket reads both systems again and lists only what is left."
	case r.Kind == "rotate":
		return "", "Receipts contain no secrets, so the previous client secret cannot be restored. You can rotate it " +
			"again at any time."
	case r.Kind == "remove" && !r.TakenBack:
		return "", "Undo restores the link as it was, with a new client secret."
	case r.Kind == "undo", r.TakenBack:
		return "Recreate the link", "It gets the same settings and a new client secret. You review all changes first."
	}
	return "", ""
}

func newReceiptCard(c ReceiptChange) ReceiptCard {
	card := ReceiptCard{Card: newChangeCard(c.Change, true), Object: c.Change.Object.String(), System: c.Change.System.Label(),
		Summary: c.Summary, Todo: c.Todo, Detail: c.Detail}
	card.Card.Past = true
	words := map[string]string{"done": "Done", "failed": "Failed", "warn": "Started, outcome unknown"}
	if card.State = c.State; c.State == begun {
		card.State = "warn"
	}
	if card.Word = words[card.State]; card.Word == "" {
		card.State, card.Word = "waiting", "Not started"
	}
	return card
}

// newInterruption returns what an unfinished receipt leaves open. goOn offers to
// continue it where the page itself does not.
func newInterruption(r Receipt, goOn bool) Interruption {
	i := Interruption{ID: r.ID, Heading: say.Of("%s: interrupted", r.what()), GoOn: goOn || r.Kind != "apply",
		Undo: r.undoable()}
	i.Text = say.Of("Started on %s. %s.", moment(r.When), receiptLine(r).Changes)
	if r.Kind == proofKind {
		i.Text, i.GoOn = say.Of("Started on %s. %s", moment(r.When), proofLeft), false
	}
	var done, open []string
	for _, c := range r.Changes {
		name := strings.ToLower(verb(c.Change.Action)) + " " + c.Change.Object.String()
		switch c.State {
		case "done":
			done = append(done, name)
		case begun:
			open = append(open, name)
		}
	}
	if len(done) > 0 {
		i.Lines = append(i.Lines, say.Of("Done: %s.", strings.Join(done, "; ")))
	}
	if len(open) > 0 {
		i.Lines = append(i.Lines, say.Of("Started, but it is unclear whether it was written: %s. The review shows "+
			"the current state.", strings.Join(open, "; ")))
	}
	return i
}

// NewInterruptions returns the interruptions of unfinished receipts.
func NewInterruptions(list []Receipt, goOn bool) []Interruption {
	var out []Interruption
	for _, r := range list {
		out = append(out, newInterruption(r, goOn))
	}
	return out
}

// moment returns a time for display.
func moment(t time.Time) say.Text { return say.Raw(t.UTC().Format("2 January 2006 15:04 UTC")) }
