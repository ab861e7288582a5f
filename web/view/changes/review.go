// Package changes holds the pages about what is written: the review, the
// apply, the receipts, the export and what was made in the end.
package changes

import (
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// ReviewInput is what the review page is made of.
type ReviewInput struct {
	PlanID        string
	Plan          link.Plan
	AuthentikURL  string
	AuthentikWho  string
	PocketBaseURL string
	PocketBaseWho string
	// PocketBaseUntil is when the superuser's token expires; zero where it
	// does not say.
	PocketBaseUntil time.Time
	// PocketBaseRenews tells whether that token can be renewed before.
	PocketBaseRenews bool
	// Interrupted are the applies to this link that have no end.
	Interrupted []Receipt
}

// NewReview makes the review page of a plan of any kind.
func NewReview(h view.Head, in ReviewInput) ReviewPage {
	p := ReviewPage{Head: h, PlanID: in.PlanID, Groups: changeGroups(in.Plan.Changes)}
	p.Head.Wide = true
	p.Open = NewInterruptions(in.Interrupted, false)
	for _, c := range in.Plan.IfNeeded() {
		p.IfNeeded = append(p.IfNeeded, newChangeCard(c))
	}
	for _, w := range in.Plan.Warnings {
		note := Note{Heading: w.Summary, Text: w.Detail}
		if w.ID == link.WarnLost {
			p.Lost = append(p.Lost, note)
		} else {
			p.Warnings = append(p.Warnings, note)
		}
	}
	if in.Plan.Purpose == link.PurposeLink {
		p.Head.Step, p.Head.Back, p.Answers = view.StepCaption(4), "/settings", answers(in)
	}
	if in.Plan.Purpose == link.PurposeLink {
		p.Later = later(in.Plan.Desired)
	}
	if in.Plan.Empty() {
		p.nothing(in)
	} else {
		p.words(in.Plan)
	}
	return p
}

// later is what can be done with a link besides making it. One that is not
// there yet can only be taken along as a file.
func later(d link.Desired) []view.Action {
	export := view.Action{Label: "Take the whole link along as a file: blueprint, Terraform, migration, script or " +
		"Markdown", URL: "/export"}
	if d.Application.PK == "" {
		return []view.Action{export}
	}
	return []view.Action{export, {Label: "Give both sides a new client secret", URL: "/rotate"},
		{Label: "Take the link apart", URL: "/remove"}}
}

// guideURL is the guide whose steps the changes carry out.
const guideURL = "https://docs.goauthentik.io/integrations/services/pocketbase/"

// warningsHeading is for warnings before a button, or where there is none.
func (p ReviewPage) warningsHeading() string {
	if p.Button == "" {
		return "Worth knowing"
	}
	return "Before you go on"
}

// words are heading, lead and button of a plan that has changes.
func (p *ReviewPage) words(plan link.Plan) {
	n := view.Plural(len(plan.Changes), "change", "changes")
	p.Lead = "This is all that will be written, in this order, and nothing else is touched."
	if plan.Only != "" {
		p.Lead = "This puts one thing right. Whatever else differs from your answers stays as it is."
	}
	switch plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Button, p.Head.Back = "Review the undo: "+n, "Undo "+n, "/receipts/"+plan.Of
		p.Lead = "Fields get the values they had before, and what was made is deleted. " + p.Lead
		if plan.Restores {
			p.Lead = "The link is made again as it was before it was taken apart. This is all that will be written, " +
				"in this order."
		}
		if plan.Force {
			p.Lead += " What was changed since goes too."
		}
	case link.PurposeRemove:
		p.Head.Title, p.Button, p.Head.Back = "Review taking the link apart: "+n, "Take the link apart", "/done"
		p.Lead = "The sign-in with authentik ends with the first change. Accounts in PocketBase stay. " + p.Lead
	case link.PurposeRotate:
		p.Head.Title, p.Button, p.Head.Back = "Review the new client secret: "+n, "Change the client secret", "/done"
		p.Lead += " Afterwards the new secret is checked."
	default:
		p.Head.Title, p.Button = "Review "+n, "Make "+n
	}
}

// nothing is for a plan that has no changes. An interrupted apply is ended by
// it all the same.
func (p *ReviewPage) nothing(in ReviewInput) {
	p.Head.Title = "Nothing has to change"
	p.Lead = "Both systems already are the way you want them. What is left is to check that it works."
	switch in.Plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Head.Back = "Nothing is left to undo", "/receipts/"+in.Plan.Of
		p.Lead = "Both systems already are as they were before, as far as it can be put back."
	case link.PurposeRemove:
		p.Head.Title, p.Head.Back = "There is no link to take apart", "/receipts"
		p.Lead = "Neither system holds anything of it."
	case link.PurposeRotate:
		p.Lead = "Both systems already have this client secret."
	}
	p.Check = in.Plan.Purpose == link.PurposeLink
	if len(in.Interrupted) > 0 {
		p.Button = "Close the receipt"
		p.Open = nil
		p.Warnings = append(p.Warnings, Note{"An apply was interrupted",
			"Nothing of it is left to do. Close its receipt, so that it is not shown again."})
	} else if !p.Check {
		p.Ways = []view.Action{{Label: "Go to the review", URL: "/review"}}
	}
}

// changeGroups puts changes that follow each other in one system together, so
// that the order on the page is the order in which they are made.
func changeGroups(changes []link.Change) []ChangeGroup {
	var groups []ChangeGroup
	for _, c := range changes {
		last := len(groups) - 1
		if last < 0 || groups[last].System != c.System.Label() {
			groups = append(groups, ChangeGroup{System: c.System.Label(), Class: class(c.System)})
			last++
		}
		groups[last].Changes = append(groups[last].Changes, newChangeCard(c))
	}
	return groups
}

func class(s link.System) string {
	if s == link.PB {
		return "p"
	}
	return "a"
}

func newChangeCard(c link.Change) ChangeCard {
	card := ChangeCard{
		Action: string(c.Action), Verb: verb(c.Action), Object: view.UpperFirst(c.Object), Why: c.Why,
		Step: c.Step, Lost: c.Lost, Updates: c.Action == link.Update,
	}
	for _, f := range c.Fields {
		row := FieldRow{Name: f.Name, Before: valueLines(f.Before), After: valueLines(f.After), Sensitive: f.Sensitive}
		if c.Action == link.Delete { // the one column shows what goes
			row.After = row.Before
		}
		row.Block = strings.Contains(strings.Join(append(row.Before, row.After...), ""), "\n")
		card.Fields = append(card.Fields, row)
	}
	return card
}

// beforeWord is the head of the column of what a change found.
func beforeWord(c ChangeCard) string {
	if c.Past {
		return "Before"
	}
	return "Now"
}

func verb(a link.Action) string {
	switch a {
	case link.Create:
		return "Create"
	case link.Delete:
		return "Delete"
	}
	return "Change"
}

// valueLines shows a list's entries one a line.
func valueLines(v link.Shown) []string {
	if list, _ := v.List(); len(list) > 0 {
		return list
	}
	return []string{v.String()}
}

// answers repeats what was asked, each page's answers with a way back to it.
func answers(in ReviewInput) []AnswerGroup {
	d := in.Plan.Desired
	return []AnswerGroup{
		{Heading: "authentik", Change: "/authentik?from=review", Rows: []view.Answer{
			{Key: "Address", Value: in.AuthentikURL}, {Key: "Signed in as", Value: in.AuthentikWho},
			{Key: "API token", Value: "set"},
		}},
		{Heading: "PocketBase", Change: "/pocketbase?from=review", Rows: []view.Answer{
			{Key: "Address", Value: in.PocketBaseURL}, {Key: "Signed in as", Value: in.PocketBaseWho},
			{Key: "Superuser token", Value: until(in.PocketBaseUntil, in.PocketBaseRenews)},
		}},
		{Heading: "Settings", Change: "/settings?from=review", Rows: []view.Answer{
			{Key: "Application", Value: d.Application.Name + " (" + d.Application.Slug + ")"},
			{Key: "Who may use it", Value: who(in.Plan)},
			{Key: "E-mail addresses", Value: view.EmailLabel(d.Email)},
			{Key: "Auth collection", Value: d.Collection.Name},
			{Key: "Slot", Value: d.Slot.Slot},
		}},
	}
}

// until says that a token is set, for how long it is good, and whether it can
// be renewed.
func until(t time.Time, renews bool) string {
	if t.IsZero() {
		return "set"
	}
	return "set, " + view.GoodUntil(t, renews)
}

// who says whom the application lets in once the plan is carried out, as its
// warnings have it.
func who(p link.Plan) string {
	var names []string
	for _, b := range p.Desired.Bindings {
		if b.PK == "" && p.Only != "" {
			return "the same people as now: this review changes something else"
		}
		names = append(names, b.Kind+" "+b.Target.Name)
	}
	for _, w := range p.Warnings {
		switch w.ID {
		case link.WarnOtherBindings:
			names = append(names, "others that are bound already")
		case link.WarnOpenToNobody:
			return "nobody yet"
		case link.WarnAccessUnseen:
			return "unknown: the token cannot see the bindings"
		}
	}
	if len(names) == 0 {
		return "everyone with an authentik account"
	}
	return strings.Join(names, ", ")
}
