package changes

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// ChangeCard is one change.
type ChangeCard struct {
	Action string   // "create", for the icon
	Verb   say.Text // "Create"
	Object say.Text
	System string   // "authentik" or "PocketBase"
	Class  string   // "a" or "p"
	Names  say.Text // the fields that it changes, shown while the card is closed
	Why    say.Text
	Step   say.Text
	Lost   say.Text
	Fields []FieldRow
	// Usual are the fields that have their defaults. They are folded.
	Usual []FieldRow
	// Updates reports that there are values before and after, in two columns.
	Updates bool
	// Short reports that all values before are short.
	Short bool
	// Past reports that the change is in a receipt: its old values are no longer
	// the current ones.
	Past bool
	Open bool
}

// FieldRow is one field of a change.
type FieldRow struct {
	Label         say.Text // of the system's pages
	Name          string   // of its API
	Before, After []Value
	Sensitive     bool
	Block         bool // text of several lines, such as code
	Folded        bool // a block that is not a difference
}

// openCards is the number of changes up to which each is shown open.
const openCards = 6

// newChangeCard returns the card of a change. folds hides its defaults.
func newChangeCard(c *link.Change, folds bool) ChangeCard {
	shown, usual := c.Fields, []link.Field(nil)
	if folds {
		shown, usual = c.Fold(true)
	}
	card := ChangeCard{
		System: c.System.Label(), Class: class(c.System),
		Action: string(c.Action), Verb: verb(c.Action), Object: c.Object, Why: c.Why,
		Step: say.Raw(c.Step), Lost: c.Lost, Fields: fieldRows(c, shown), Usual: fieldRows(c, usual), Open: true,
	}
	var names []say.Text
	card.Short = true
	for _, row := range card.Fields {
		names = append(names, row.Label)
		card.Short = card.Short && !slices.ContainsFunc(row.Before, func(v Value) bool { return len(v.String()) > 12 })
		card.Updates = card.Updates || c.Action == link.Update && row.Before != nil
	}
	if c.Action == link.Update {
		card.Names = say.List(names...)
	}
	return card
}

func fieldRows(c *link.Change, fields []link.Field) []FieldRow {
	var rows []FieldRow
	for _, f := range fields {
		row := FieldRow{Name: f.Name, Label: words.Field(c, f.Name), Sensitive: f.Sensitive}
		switch {
		case c.Action == link.Delete: // the one column shows what is deleted
			row.After = valuesOf(f.Before)
		case c.Action != link.Update:
			row.After = valuesOf(f.After)
		default:
			row.Before, row.After = differing(f.Before, f.After)
		}
		row.Block = multiline(f.Before) || multiline(f.After)
		row.Folded = row.Block && c.Action != link.Update
		rows = append(rows, row)
	}
	return rows
}

func multiline(v link.Shown) bool {
	text, _ := v.Text()
	return strings.Contains(text, "\n")
}

// beforeWord returns the heading of the column of old values.
func beforeWord(c ChangeCard) say.Text {
	if c.Past {
		return say.Of("Before")
	}
	return say.Of("Now")
}

// usual returns the heading of the folded fields.
func usual(c ChangeCard) say.Text {
	return say.Count(len(c.Usual), "%d more field has its default", "%d more fields have their defaults")
}

func class(s report.System) string {
	if s == report.PB {
		return "p"
	}
	return "a"
}

func verb(a link.Action) say.Text {
	switch a {
	case link.Create:
		return say.Of("Create")
	case link.Delete:
		return say.Of("Delete")
	}
	return say.Of("Change")
}

// task says what a change does, as a heading.
func task(c *link.Change) say.Text {
	switch c.Action {
	case link.Create:
		return say.Of("Create %s", c.Object)
	case link.Delete:
		return say.Of("Delete %s", c.Object)
	}
	return say.Of("Change %s", c.Object)
}

// countChanges returns a number of changes, for use within a sentence.
func countChanges(n int) say.Text { return say.Count(n, "%d change", "%d changes") }
