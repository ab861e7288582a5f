package changes

import (
	"cmp"
	"slices"
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
	TakenBack   bool   // a later receipt undid it, or it did itself
	Restores    bool   // it took back the rotation Of
	Program     string // authpocket's version
	// Slug and Collection identify the link among those of the two systems.
	Slug, Collection string
	Did              say.Text   // in a few words
	Created          bool       // it created the link
	Changed          []say.Text // all that it changed, only with Changes
	Changes          []ReceiptChange
}

// ReceiptChange is a change and its outcome.
type ReceiptChange struct {
	Change        link.Change
	State         string   // "waiting", begun, "done", "failed"
	Summary, Todo say.Text // of a failure
	Detail        string   // of what was done
}

// ReceiptsInput holds what the list of receipts shows.
type ReceiptsInput struct {
	List   []Receipt
	Others int        // receipts of other links
	Aside  []say.Text // why files were set aside
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
		p.Others = say.Count(in.Others, "There is %d receipt for other addresses. Connect to those addresses to see "+
			"them.",
			"There are %d receipts for other addresses. Connect to those addresses to see them.")
	}
	return p
}

// ago says how long ago a moment was, in the largest unit that fits.
func ago(now, then time.Time) say.Text {
	past := now.Sub(then)
	switch {
	case now.IsZero() || past < 0:
		return say.Text{}
	case past < time.Minute:
		return say.Of("just now")
	case past < time.Hour:
		return say.Count(int(past/time.Minute), "%d minute ago", "%d minutes ago")
	case past < 48*time.Hour:
		return say.Count(int(past/time.Hour), "%d hour ago", "%d hours ago")
	}
	return say.Count(int(past/(24*time.Hour)), "%d day ago", "%d days ago")
}

func receiptLine(r Receipt) ReceiptLine {
	return ReceiptLine{
		URL: "/receipts/" + r.ID, What: r.what(), When: say.Moment(r.When), State: r.state(), Outcome: r.outcome(),
		About: r.about(), Done: say.Of("%s. %d of %s applied.", say.Moment(r.When), r.Done, countChanges(r.Count)),
	}
}

// state returns the icon's name.
func (r Receipt) state() string {
	switch {
	case r.Running:
		return "running"
	case r.Outcome == "" || r.Outcome == "stopped" || r.TakenBack && r.Kind == "rotate":
		return "warn"
	case r.Outcome == completed:
		return "done"
	}
	return "waiting"
}

func (r Receipt) outcome() say.Text {
	switch {
	case r.Running:
		return say.Of("In progress")
	case r.TakenBack && r.Kind == "rotate":
		return say.Of("Taken back: both systems have the old client secret")
	case r.TakenBack:
		return say.Of("Done, then undone")
	}
	words := map[string]say.Text{
		completed: say.Of("Done"), "stopped": say.Of("Stopped at a failed change"),
		"continued": say.Of("Interrupted, then continued"), "undone": say.Of("Interrupted, then undone"),
		"dismissed": say.Of("Interrupted, then closed"),
	}
	return cmp.Or(words[r.Outcome], say.Of("Interrupted"))
}

// completed is the journal's outcome of an apply whose changes were all made.
const completed = "completed"

// proofKind is the journal's word for a proof.
const proofKind = "proof"

// signOutKind is the journal's word for a sign-out.
const signOutKind = "sign-out"

func signOutLeft() say.Text {
	return say.Of("The sign-out was interrupted. The next one signs out who is left.")
}

func proofLeft() say.Text {
	return say.Of("Its person may still be in authentik, and that person's account in PocketBase. The next apply, " +
		"undo, rotation, removal or proof deletes them.")
}

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
	p := ReceiptPage{Head: h, ID: r.ID, Facts: []view.Answer{{Key: say.Of("What"), Value: line.About},
		{Key: say.Of("When"), Value: line.When}, {Key: say.Of("Outcome"), Value: line.Outcome},
		{Key: say.Of("Changes"), Value: say.Of("%d of %s applied", r.Done, countChanges(r.Count))},
		{Key: say.Of("Receipt"), Value: say.Raw(r.ID)}}}
	if r.changed() && len(r.Changed) > 0 {
		p.Facts = slices.Insert(p.Facts, 1, view.Answer{Key: say.Of("Changed"), Value: say.List(r.Changed...)})
	}
	if r.Program != "" {
		p.Facts = append(p.Facts, view.Answer{Key: say.Of("Written by"),
			Value: say.Raw(view.Program + " " + r.Program)})
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
func (r Receipt) next() (button, note say.Text) {
	var none say.Text
	switch {
	case r.Running:
		return none, say.Of("This apply is still running.")
	case r.Kind == proofKind && r.Outcome == "":
		return none, say.Join(say.Of("The proof was interrupted."), proofLeft())
	case r.Kind == signOutKind && r.Outcome == "":
		return none, signOutLeft()
	case r.Kind == signOutKind:
		return none, say.Of("The old tokens are refused from now on, so there is nothing to undo. Anyone " +
			"still allowed in can sign in again.")
	case r.Outcome == "":
		return say.Of("Continue"),
			say.Of("The apply was interrupted. authpocket reads both systems again and lists only what is left.")
	case r.Kind == "rotate" && (r.TakenBack || r.Restores):
		return none, none
	case r.Kind == "rotate":
		return none, say.Of("Receipts contain no secrets, so the previous client secret cannot be restored. You can " +
			"rotate it again at any time.")
	case r.Kind == "remove" && !r.TakenBack:
		return none, say.Of("Undo restores the link as it was, with a new client secret.")
	case r.Kind == "undo", r.TakenBack:
		return say.Of("Recreate the link"),
			say.Of("It gets the same settings and a new client secret. You review all changes first.")
	}
	return none, none
}

func newReceiptCard(c ReceiptChange) ReceiptCard {
	card := ReceiptCard{Card: newChangeCard(&c.Change, true), Title: task(&c.Change), System: c.Change.System.Label(),
		Summary: c.Summary, Todo: c.Todo, Detail: c.Detail}
	card.Card.Past = true
	words := map[string]say.Text{"done": say.Of("Done"), "failed": say.Of("Failed"),
		"warn": say.Of("Started, outcome unknown")}
	if card.State = c.State; c.State == begun {
		card.State = "warn"
	}
	if card.Word = words[card.State]; card.Word.Empty() {
		card.State, card.Word = "waiting", say.Of("Not started")
	}
	return card
}

// newInterruption returns what an unfinished receipt leaves open. goOn offers to
// continue it where the page itself does not.
func newInterruption(r Receipt, goOn bool) Interruption {
	i := Interruption{ID: r.ID, Heading: say.Of("%s: interrupted", r.what()), GoOn: goOn || r.Kind != "apply",
		Undo: r.undoable()}
	i.Text = say.Of("Started on %s. %d of %s applied.", say.Moment(r.When), r.Done, countChanges(r.Count))
	if r.Kind == proofKind {
		i.Text, i.GoOn = say.Join(say.Of("Started on %s.", say.Moment(r.When)), proofLeft()), false
	}
	if r.Kind == signOutKind {
		i.Text, i.GoOn = say.Join(say.Of("Started on %s.", say.Moment(r.When)), signOutLeft()), false
	}
	var done, open []say.Text
	for _, c := range r.Changes {
		name := begunTask(&c.Change)
		switch c.State {
		case "done":
			done = append(done, name)
		case begun:
			open = append(open, name)
		}
	}
	if len(done) > 0 {
		i.Lines = append(i.Lines, say.Of("Done: %s.", say.List(done...)))
	}
	if len(open) > 0 {
		i.Lines = append(i.Lines, say.Of("Started, but it is unclear whether it was written: %s. The review shows "+
			"the current state.", say.List(open...)))
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

// begunTask says what a change does, for use within a sentence.
func begunTask(c *link.Change) say.Text {
	switch c.Action {
	case link.Create:
		return say.Of("create %s", c.Object)
	case link.Delete:
		return say.Of("delete %s", c.Object)
	}
	return say.Of("change %s", c.Object)
}
