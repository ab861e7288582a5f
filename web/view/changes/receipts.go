package changes

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// Receipt is what the journal knows of one apply. Kind, Outcome and the
// changes' states are the journal's words.
type Receipt struct {
	ID          string
	When        time.Time
	Kind        string // "apply", "undo", "rotate", "remove"
	Outcome     string // empty: interrupted, or Running
	Running     bool
	Of          string // id of the receipt that it takes back or goes on from
	Count, Done int    // changes, and how many of them were made
	TakenBack   bool   // a later receipt has undone it
	Program     string // authpocket's version
	// Slug and Collection tell apart the links between the same two systems.
	Slug, Collection string
	Changes          []ReceiptChange
}

// ReceiptChange is a change and what became of it.
type ReceiptChange struct {
	Change        link.Change
	State         string // "waiting", begun, "done", "failed"
	Summary, Todo string // of a failure
	Detail        string // of what was done
}

// ReceiptsInput is what the list of receipts is made of.
type ReceiptsInput struct {
	List   []Receipt
	Others int      // receipts of other links
	Aside  []string // why files were set aside
	Dir    string
	Back   string // where the list was most likely reached from
	Now    time.Time
}

// NewReceipts makes the list of receipts.
func NewReceipts(h view.Head, in ReceiptsInput) ReceiptsPage {
	h.Title, h.Back = "History", cmp.Or(in.Back, "/settings")
	p := ReceiptsPage{Head: h, Aside: in.Aside, Dir: in.Dir}
	for _, r := range in.List {
		line := receiptLine(r)
		line.Ago = ago(in.Now, r.When)
		p.List = append(p.List, line)
	}
	if in.Others > 0 {
		p.Others = "There " + isAre(in.Others) + view.Plural(in.Others, "receipt", "receipts") +
			" of other addresses. Connect those to see them."
	}
	return p
}

func isAre(n int) string {
	if n == 1 {
		return "is "
	}
	return "are "
}

// ago is how long before now a moment was, in the largest unit that fits.
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
		URL: "/receipts/" + r.ID, What: r.what(), When: moment(r.When), State: r.state(), Outcome: r.outcome(),
		Changes: fmt.Sprintf("%d of %s made", r.Done, view.Plural(r.Count, "change", "changes")), About: r.about(),
	}
}

// about says what the receipt is of, so that nobody has to open each one. What
// did not come to its end is told as what was wanted.
func (r Receipt) about() string {
	app, collection := "the application “"+r.Slug+"”", "the collection “"+r.Collection+"”"
	tense := func(past, wanted string) string {
		if r.Outcome == "completed" {
			return past
		}
		return wanted
	}
	switch r.Kind {
	case "undo":
		return tense("Took back ", "Was to take back ") + "receipt " + r.Of + ", of " + app + " and " + collection + "."
	case "rotate":
		return tense("Gave ", "Was to give ") + app + " and " + collection + " a new client secret."
	case "remove":
		return tense("Took the link of ", "Was to take the link of ") + app + " with " + collection + " apart."
	}
	text := tense("Linked ", "Was to link ") + app + " with " + collection
	if r.Of != "" {
		text += ", going on from receipt " + r.Of
	}
	return text + "."
}

func (r Receipt) what() string {
	switch r.Kind {
	case "undo":
		return "Undo"
	case "rotate":
		return "New client secret"
	case "remove":
		return "Link taken apart"
	}
	return "Link made or changed"
}

// state is the icon's name.
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
		return "Under way"
	case r.TakenBack:
		return "Done, and undone later"
	}
	switch r.Outcome {
	case "completed":
		return "Done"
	case "stopped":
		return "Stopped at a change that failed"
	case "continued":
		return "Interrupted, and gone on with later"
	case "undone":
		return "Interrupted, and undone later"
	case "dismissed":
		return "Interrupted, and left as it was"
	}
	return "Interrupted"
}

// begun is the journal's state of a change that was announced and has no end.
const begun = "about to"

// undoable tells whether undo is offered. It is not for what has no secret to
// put back, nor for what is under way.
func (r Receipt) undoable() bool {
	if r.Kind != "apply" && r.Kind != "remove" || r.Running || r.TakenBack || r.Outcome == "undone" {
		return false
	}
	for _, c := range r.Changes {
		if c.State == "done" || c.State == begun {
			return true
		}
	}
	return false
}

// NewReceipt makes the page of one receipt.
func NewReceipt(h view.Head, r Receipt) ReceiptPage {
	h.Title, h.Back, h.Wide = r.what(), "/receipts", true
	line := receiptLine(r)
	p := ReceiptPage{Head: h, ID: r.ID, Facts: []view.Answer{{Key: "What", Value: line.About},
		{Key: "When", Value: line.When}, {Key: "Outcome", Value: line.Outcome}, {Key: "Changes", Value: line.Changes},
		{Key: "Receipt", Value: r.ID}}}
	if r.Program != "" {
		p.Facts = append(p.Facts, view.Answer{Key: "Written by", Value: view.Program + " " + r.Program})
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

// next is the label of the button that takes the receipt's answers over,
// empty for none, and what to know of it.
func (r Receipt) next() (button, note string) {
	switch {
	case r.Running:
		return "", "This is being done right now."
	case r.Outcome == "":
		return "Go on", "It was interrupted. Both systems are asked what they hold, and the review lists only what " +
			"is left."
	case r.Kind == "rotate":
		return "", "A receipt holds no secret, so the client secret from before cannot come back. A new one can " +
			"always be made."
	case r.Kind == "remove" && !r.TakenBack:
		return "", "Undo makes it again as it was, with a new client secret."
	case r.Kind == "undo", r.TakenBack:
		return "Make the link again", "It gets the same settings and a new client secret. You see the whole list first."
	}
	return "", ""
}

func newReceiptCard(c ReceiptChange) ReceiptCard {
	card := ReceiptCard{Card: newChangeCard(c.Change), Object: c.Change.Object, System: c.Change.System.Label(),
		Summary: c.Summary, Todo: c.Todo, Detail: c.Detail}
	card.Card.Past = true
	switch c.State {
	case "done":
		card.State, card.Word = "done", "Done"
	case "failed":
		card.State, card.Word = "failed", "Failed"
	case begun:
		card.State, card.Word = "warn", "Begun, outcome not known"
	default:
		card.State, card.Word = "waiting", "Not begun"
	}
	return card
}

// newInterruption says what an interrupted receipt leaves open. goOn offers
// to go on, where the page itself does not.
func newInterruption(r Receipt, goOn bool) Interruption {
	i := Interruption{ID: r.ID, Heading: r.what() + ": interrupted", GoOn: goOn || r.Kind != "apply",
		Undo: r.undoable()}
	i.Text = "Begun on " + moment(r.When) + ". " + receiptLine(r).Changes + "."
	var done, open []string
	for _, c := range r.Changes {
		name := strings.ToLower(verb(c.Change.Action)) + " " + c.Change.Object
		switch c.State {
		case "done":
			done = append(done, name)
		case begun:
			open = append(open, name)
		}
	}
	if len(done) > 0 {
		i.Lines = append(i.Lines, "Done: "+strings.Join(done, "; ")+".")
	}
	if len(open) > 0 {
		i.Lines = append(i.Lines, "Begun, and not known whether it was written: "+strings.Join(open, "; ")+
			". The review shows what the systems hold.")
	}
	return i
}

func NewInterruptions(list []Receipt, goOn bool) []Interruption {
	var out []Interruption
	for _, r := range list {
		out = append(out, newInterruption(r, goOn))
	}
	return out
}

// moment is a time for people.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }
