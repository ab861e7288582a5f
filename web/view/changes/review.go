// Package changes holds the pages about what is written: the review, the
// apply, the receipts, the export and what was made in the end.
package changes

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/web/view"
)

// ReviewInput holds what the review page shows.
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
	// PocketBaseRenews reports whether that token can be renewed before that.
	PocketBaseRenews bool
	// Problems are those of the address that the person of a proof is to have.
	Problems link.Problems
	// Interrupted are the unfinished applies to this link.
	Interrupted []Receipt
}

// NewReview returns the review page of a plan of any kind.
func NewReview(h view.Head, in ReviewInput) ReviewPage {
	p := ReviewPage{Head: h, PlanID: in.PlanID, Groups: changeGroups(in.Plan.Changes)}
	p.Head.Wide = true
	p.Open = NewInterruptions(in.Interrupted, false)
	for _, c := range in.Plan.IfNeeded() {
		p.IfNeeded = append(p.IfNeeded, newChangeCard(c))
	}
	for _, w := range in.Plan.Warnings {
		note := Note{Heading: w.Summary, Text: w.Advice(link.OnPage)}
		if w.ID == link.WarnLost {
			p.Lost = append(p.Lost, note)
		} else {
			p.Warnings = append(p.Warnings, note)
		}
	}
	if in.Plan.Purpose == link.PurposeLink {
		p.Head.Step, p.Head.Back, p.Answers = view.StepCaption(4), "/settings", answers(in)
		p.Later = later(in.Plan.Desired)
	}
	if in.Plan.Empty() {
		p.nothing(in)
	} else {
		p.words(in)
	}
	return p
}

// later returns what else can be done with a link. One that does not exist yet
// can only be exported.
func later(d link.Desired) []view.Action {
	export := view.Action{Label: "Export the link as a blueprint, Terraform, migration, script or Markdown",
		URL: "/export"}
	file := view.Action{Label: "Download the link file, for the authpocket command", URL: LinkFileURL}
	if d.Application.PK == "" {
		return []view.Action{export, file}
	}
	return []view.Action{export, file, {Label: link.RunRotate.Label(), URL: "/rotate"},
		{Label: "Remove the link", URL: "/remove"}}
}

// guideURL is the guide whose steps the changes carry out.
const guideURL = "https://docs.goauthentik.io/integrations/services/pocketbase/"

// warningsHeading returns the heading of the warnings.
func (p ReviewPage) warningsHeading() string {
	if p.Button == "" {
		return "Good to know"
	}
	return "Before you continue"
}

// words sets heading, lead and button of a plan that has changes.
func (p *ReviewPage) words(in ReviewInput) {
	plan := in.Plan
	n := view.Plural(len(plan.Changes), "change", "changes")
	p.Lead = "These changes are applied in this order. Nothing else is changed."
	if plan.Only != "" {
		p.Lead = "These changes fix one problem. Other differences from your answers stay as they are."
	}
	switch plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Button, p.Head.Back = "Review undo: "+n, "Undo "+n, "/receipts/"+plan.Of
		p.Lead = "Fields get their previous values, and created objects are deleted. " + p.Lead
		if plan.Restores {
			p.Lead = "The link is recreated as it was before its removal. These changes are applied in this order."
		}
		if plan.Force {
			p.Lead += " Later changes to these objects are lost."
		}
	case link.PurposeRemove:
		p.Head.Title, p.Button, p.Head.Back = "Review removal: "+n, "Remove the link", "/done"
		p.Lead = "The first change stops sign-ins with authentik. PocketBase accounts are kept. " + p.Lead
	case link.PurposeRotate:
		p.Head.Title, p.Button, p.Head.Back = "Review new client secret: "+n, "Rotate the client secret", "/done"
		p.Lead += " authpocket then checks the new secret."
	case link.PurposeProof:
		p.Head.Title, p.Button, p.Head.Back = "Review proof: "+n, "Prove it now", "/verify"
		p.Lead = "authpocket makes a person in authentik and signs that person in. Then it deletes PocketBase's " +
			"account and the person, even if the sign-in fails. Nothing else is changed."
		p.address(plan.Generated.Person, in.Problems)
	default:
		p.Head.Title, p.Button = "Review "+n, "Apply "+n
	}
}

// address sets the control for the address of a proof's person. Its problems take the button away.
func (p *ReviewPage) address(person link.PersonState, problems link.Problems) {
	p.Address = &view.Field{Name: "email", Label: "E-mail address of the person", Optional: true, Mode: "email",
		Hint: "PocketBase's account gets it, and mails of the app go there. Leave empty for one that no mail reaches"}
	if !person.Unreachable() {
		p.Address.Value = person.Email
	}
	if len(problems) > 0 {
		for _, text := range view.Sentences(problems) {
			p.Problems = append(p.Problems, view.Problem{Target: p.Address.ID(), Text: text})
		}
		p.Address.Error = p.Problems.At(p.Address.Name)
		p.Head.Wrong, p.Button = true, ""
	}
}

// nothing sets the words of a plan without changes. Applying it still closes an
// interrupted apply.
func (p *ReviewPage) nothing(in ReviewInput) {
	p.Head.Title = "No changes needed"
	p.Lead = "Both systems already have these settings. Now check that sign-in works."
	switch in.Plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Head.Back = "Nothing to undo", "/receipts/"+in.Plan.Of
		p.Lead = "Both systems already have their previous state, as far as it can be restored."
	case link.PurposeRemove:
		p.Head.Title, p.Head.Back = "There is no link to remove", "/receipts"
		p.Lead = "Neither system has any part of it."
	case link.PurposeRotate:
		p.Lead = "Both systems already use this client secret."
	}
	p.Check = in.Plan.Purpose == link.PurposeLink
	if len(p.Open) > 0 && !slices.ContainsFunc(in.Interrupted, func(r Receipt) bool { return r.Kind != proofKind }) {
		p.Button = "Delete what the proof left"
	} else if len(in.Interrupted) > 0 {
		p.Button = "Close the receipt"
		p.Open = nil
		p.Warnings = append(p.Warnings, Note{"An apply was interrupted",
			"Nothing is left to do. Close its receipt to stop showing it."})
	} else if !p.Check {
		p.Ways = []view.Action{{Label: "Go to the review", URL: "/review"}}
	}
}

// changeGroups groups consecutive changes to one system, so that the page keeps
// the order in which they are applied.
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
		if c.Action == link.Delete { // the one column shows what is deleted
			row.After = row.Before
		}
		row.Block = strings.Contains(strings.Join(append(row.Before, row.After...), ""), "\n")
		card.Fields = append(card.Fields, row)
	}
	return card
}

// beforeWord returns the heading of the column of old values.
func beforeWord(c ChangeCard) string {
	if c.Past {
		return "Before"
	}
	return "Now"
}

func verb(a link.Action) string {
	return cmp.Or(map[link.Action]string{link.Create: "Create", link.Delete: "Delete"}[a], "Change")
}

// valueLines returns a list's entries one per line.
func valueLines(v link.Shown) []string {
	if list, _ := v.List(); len(list) > 0 {
		return list
	}
	return []string{v.String()}
}

// answers returns each page's answers with a link back to it.
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
			{Key: link.AccessLabel, Value: who(in.Plan)},
			{Key: "E-mail addresses", Value: view.EmailLabel(d.Email)},
			{Key: "Auth collection", Value: d.Collection.Name},
			{Key: "Slot", Value: d.Slot.Slot},
		}},
	}
}

// until says that a token is set, when it expires, and whether it can be
// renewed.
func until(t time.Time, renews bool) string {
	if t.IsZero() {
		return "set"
	}
	return "set, " + view.GoodUntil(t, renews)
}

// who says who may use the application after the plan is applied, according to
// its bindings and warnings.
func who(p link.Plan) string {
	var names []string
	for _, b := range p.Desired.Bindings {
		if b.PK == "" && p.Only != "" {
			return "unchanged by this review"
		}
		names = append(names, b.Kind+" "+b.Target.Name)
	}
	for _, w := range p.Warnings {
		switch w.ID {
		case link.WarnOtherBindings:
			names = append(names, "everyone allowed by other bindings")
		case link.WarnOpenToNobody:
			return "nobody yet"
		case link.WarnAccessUnknown:
			return "unknown: the token cannot see whether everyone or nobody has access by default"
		case link.WarnAccessUnseen:
			return "unknown: the token cannot see the bindings"
		}
	}
	if len(names) == 0 {
		return "everyone with an authentik account"
	}
	return strings.Join(names, ", ")
}
