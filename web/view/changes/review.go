// Package changes holds the pages about what is written: the review, the
// apply, the receipts, the export and what was made in the end.
package changes

import (
	"slices"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
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
	Problems report.Problems
	// Interrupted are the unfinished applies to this link.
	Interrupted []Receipt
	Again       string // the page that makes the plan again
	Running     string // the page of an apply of this session that is under way, empty for none
}

// NewReview returns the review page of a plan of any kind.
func NewReview(h *view.Head, in ReviewInput) ReviewPage {
	p := ReviewPage{Head: *h, PlanID: in.PlanID, Changes: changeCards(&in.Plan)}
	p.Head.Wide = true
	p.Open = NewInterruptions(in.Interrupted, false)
	for _, c := range in.Plan.IfNeeded() {
		p.IfNeeded = append(p.IfNeeded, newChangeCard(&c, in.Plan.Folds()))
	}
	decide, known := in.Plan.Decisions()
	p.Known = link.Each(known, newNote)
	for _, w := range decide {
		if w.ID == report.WarnLost {
			p.Lost = append(p.Lost, newNote(w))
		} else {
			p.Decide = append(p.Decide, newNote(w))
		}
	}
	if in.Plan.Part == link.PartBeforeProof && in.Plan.Only == "" {
		p.Decide = append(p.Decide, waiting(&in.Plan)...)
	}
	if in.Plan.Purpose == link.PurposeLink {
		p.Head.Step, p.Head.Back, p.Answers = view.StepCaption(4), "/settings", answers(in)
		p.Later = later(&in.Plan.Desired, h.Ends.Joined)
	}
	if in.Plan.Empty() {
		p.nothing(in)
	} else {
		p.words(in)
	}
	if p.Running = in.Running; p.Running != "" { // what it is about changes meanwhile
		p.Button, p.Check = say.Text{}, false
	}
	return p
}

// waiting says what of a plan waits for a proof.
func waiting(p *link.Plan) (notes []Note) {
	if link.TurnsOff(p.Waiting) {
		notes = append(notes, Note{say.Of("Passwords stay on for now"),
			say.Of("They are turned off only after a sign-in through the link has worked: apply this, test a sign-in, " +
				"and turn them off on the last page.")})
	}
	for _, slot := range link.OldSlots(p.Waiting) {
		notes = append(notes, Note{say.Of("The slot %s stays for now", slot),
			say.Of("It is removed only after a sign-in through %s has worked: apply this, test a sign-in, and remove it "+
				"on the last page.", p.Desired.Slot.Slot)})
	}
	return notes
}

func newNote(w link.Warning) Note {
	return Note{Heading: w.Summary, Text: w.Advice(report.OnPage)}
}

// later returns what else can be done with a link. One that does not exist yet can only be exported, and one of which
// only authentik's part exists also removed.
func later(d *link.Desired, whole bool) []view.Action {
	list := []view.Action{{Label: say.Of("Export the link"), URL: "/export"},
		{Label: say.Of("Download the link file"), URL: LinkFileURL}}
	if d.Application.PK == "" {
		return list
	}
	if whole {
		list = append(list, view.Action{Label: report.RunRotate.Label(), URL: "/rotate"},
			view.Action{Label: say.Of("People"), URL: "/people"})
	}
	return append(list, view.Action{Label: say.Of("Remove the link"), URL: "/remove"})
}

// RestoreURL is where a rotation is reviewed that restores the client secret from before one.
const RestoreURL = "/rotate/back"

// PlanURL is where a plan that was shown is as Markdown.
const PlanURL = "/review/plan.md"

// guideURL is the guide whose steps the changes carry out.
const guideURL = "https://docs.goauthentik.io/integrations/services/pocketbase/"

// words sets heading, lead and button of a plan that has changes.
func (p *ReviewPage) words(in ReviewInput) {
	plan := in.Plan
	n := len(plan.Changes)
	p.Danger = slices.ContainsFunc(plan.Changes, func(c link.Change) bool { return c.Action == link.Delete })
	if in.PlanID != "" {
		p.Markdown = PlanURL + "?plan=" + in.PlanID
	}
	switch plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Button, p.Head.Back = say.Of("Review undo: %s", countChanges(n)),
			say.Count(n, "Undo %d change", "Undo %d changes"), "/receipts/"+plan.Of
		p.Lead = say.Of("Fields get their previous values, and created objects are deleted. Nothing else is changed.")
		if plan.Restores {
			p.Lead = say.Of("The link is recreated as it was before its removal.")
		}
		if plan.Force {
			p.Lead = say.Join(p.Lead, say.Of("Later changes to these objects are lost."))
		}
	case link.PurposeRemove:
		p.Head.Title, p.Button, p.Head.Back = say.Of("Review removal: %s", countChanges(n)),
			say.Of("Remove the link"), "/done"
		p.Lead = say.Of("The first change stops sign-ins with authentik. PocketBase accounts are kept. Nothing else " +
			"is " +
			"changed.")
	case link.PurposeRotate:
		p.Head.Title, p.Button, p.Head.Back = say.Of("Review new client secret: %s", countChanges(n)),
			report.RunRotate.Label(), "/done"
		p.Lead = say.Of("authentik and PocketBase get a new client secret, and authpocket then checks it. Nothing " +
			"else " +
			"is changed.")
		if in.Again == RestoreURL {
			p.Head.Title, p.Button = say.Of("Restore the old secret"), say.Of("Restore the old secret")
			p.Lead = say.Of("authentik and PocketBase get the client secret from before the rotation. Nothing else is " +
				"changed.")
		}
	case link.PurposeSignOut:
		p.Head.Title, p.Head.Back = say.Of("Review sign-out: %s", countChanges(n)), "/people"
		p.Button = say.Count(n, "Sign out %d account", "Sign out %d accounts")
		p.Lead = say.Of("Each account gets a new token key, so that PocketBase accepts none of its old tokens. Nothing " +
			"else is changed.")
	case link.PurposeProof:
		p.Head.Title, p.Button, p.Head.Back = say.Of("Review proof: %s", countChanges(n)),
			say.Of("Prove it now"), "/verify"
		p.Danger = false // it deletes only what it made
		p.Lead = say.Of("authpocket makes a person in authentik and signs that person in. Then it deletes " +
			"PocketBase's " +
			"account and the person, even if the sign-in fails. Nothing else is changed.")
		p.address(plan.Generated.Person, in.Problems)
	case link.PurposeLink:
		if plan.Proof != nil {
			p.oneWay(&plan)
			return
		}
		fallthrough
	default:
		p.Head.Title = say.Count(n, "Review %d change", "Review %d changes")
		p.Button = say.Count(n, "Apply %d change", "Apply %d changes")
		p.Lead = happens(plan, p.Head.Receipts)
	}
}

// oneWay sets the words of a plan that takes ways in away.
func (p *ReviewPage) oneWay(plan *link.Plan) {
	if !link.TurnsOff(plan.Changes) {
		p.oldSlots(plan, link.OldSlots(plan.Changes))
		return
	}
	p.Head.Title, p.Button, p.Head.Back = say.Of("Review one way in"), say.Of("Turn off passwords"), "/done"
	p.Danger = true
	p.Lead = say.Of("%s signed in with authentik on %s. From now on that is how people sign in to %s. Superusers are "+
		"people of another collection and keep their password, so you can always turn passwords on again, here or in "+
		"PocketBase's dashboard.", plan.Proof.By, say.Moment(plan.Proof.At), plan.Desired.Collection.Name)
}

// oldSlots sets the words of a plan that removes the slots that the link had before.
func (p *ReviewPage) oldSlots(plan *link.Plan, old []string) {
	names := say.Raw(strings.Join(old, ", "))
	p.Head.Title, p.Button, p.Head.Back = say.Of("Review removal of %s", names), say.Of("Remove %s", names), "/done"
	p.Danger = true
	p.Lead = say.Of("%s signed in with authentik through %s on %s. %s, where the link was before, is removed from %s. "+
		"Accounts stay, and you can undo it.", plan.Proof.By, plan.Desired.Slot.Slot, say.Moment(plan.Proof.At), names,
		plan.Desired.Collection.Name)
}

// happens says what a plan for the link does, in a sentence for each system and one for the rest.
func happens(p link.Plan, receipts bool) say.Text {
	if p.Only != "" {
		return say.Of("These changes fix one problem. Other differences from your answers stay as they are.")
	}
	of := func(kinds ...link.Kind) *link.Change {
		return link.Find(p.Changes, func(c link.Change) bool { return slices.Contains(kinds, c.Kind) })
	}
	in := func(s report.System) bool {
		return slices.ContainsFunc(p.Changes, func(c link.Change) bool { return c.System == s })
	}
	first := say.Of("Nothing changes in authentik.")
	if made := of(link.KindPair, link.KindApplication); made != nil && made.Action == link.Create {
		first = say.Of("authentik gets the application “%s” and its provider.", p.Desired.Application.Name)
	} else if in(report.Authentik) {
		first = say.Of("The application “%s” exists in authentik. Only what differs from your answers is changed.",
			p.Desired.Application.Name)
	}
	second, oauth2 := say.Of("Nothing changes in PocketBase."), of(link.KindOAuth2)
	switch {
	case oauth2 != nil && !offers(oauth2.Before, p.Desired.Slot.Slot):
		second = say.Of("PocketBase offers to sign in with authentik to the collection “%s”.",
			p.Desired.Collection.Name)
	case oauth2 != nil || of(link.KindRules) != nil:
		second = say.Of("PocketBase's collection “%s” gets other options.", p.Desired.Collection.Name)
	case in(report.PB):
		second = say.Of("PocketBase gets other settings.")
	}
	if receipts {
		return say.Join(first, second, say.Of("Nothing else is changed, and you can undo it later."))
	}
	return say.Join(first, second, say.Of("Nothing else is changed."))
}

// offers reports whether a collection has a provider in the slot.
func offers(o link.Object, slot string) bool {
	c := link.As[link.CollectionState](o)
	return c != nil && slices.ContainsFunc(c.OAuth2.Providers,
		func(p link.OAuth2Provider) bool { return p.Slot == slot })
}

// address sets the control for the address of a proof's person. Its problems take the button away.
func (p *ReviewPage) address(person link.PersonState, problems report.Problems) {
	p.Address = &view.Field{Name: "email", Label: say.Of("E-mail address of the person"), Optional: true, Mode: "email",
		Hint: say.Of("PocketBase's account gets it, and mails of the app go there. Leave empty for one that no mail " +
			"reaches")}
	if !person.Unreachable() {
		p.Address.Value = person.Email
	}
	if len(problems) > 0 {
		for _, text := range view.Sentences(problems) {
			p.Problems = append(p.Problems, view.Problem{Target: p.Address.ID(), Text: text})
		}
		p.Address.Error = p.Problems.At(p.Address.Name)
		p.Head.Wrong, p.Button = true, say.Text{}
	}
}

// nothing sets the words of a plan without changes. Applying it still closes an
// interrupted apply.
func (p *ReviewPage) nothing(in ReviewInput) {
	p.Head.Title = say.Of("No changes needed")
	p.Lead = say.Of("Both systems already have these settings. Now check that sign-in works.")
	switch in.Plan.Purpose {
	case link.PurposeUndo:
		p.Head.Title, p.Head.Back = say.Of("Nothing to undo"), "/receipts/"+in.Plan.Of
		p.Lead = say.Of("Both systems already have their previous state, as far as it can be restored.")
	case link.PurposeRemove:
		p.Head.Title, p.Head.Back = say.Of("There is no link to remove"), "/receipts"
		p.Lead = say.Of("Neither system has any part of it.")
	case link.PurposeSignOut:
		p.Head.Title, p.Head.Back = say.Of("Nobody to sign out"), "/people"
		p.Lead = say.Of("Nobody has left, or everybody who has is signed out.")
	case link.PurposeRotate:
		p.Lead = say.Of("Both systems already use this client secret.")
	}
	p.Check = in.Plan.Purpose == link.PurposeLink
	if len(p.Open) > 0 && !slices.ContainsFunc(in.Interrupted, func(r Receipt) bool { return r.Kind != proofKind }) {
		p.Button = say.Of("Delete what the proof left")
	} else if len(in.Interrupted) > 0 {
		p.Button = say.Of("Close the receipt")
		p.Open = nil
		p.Decide = append(p.Decide, Note{say.Of("An apply was interrupted"),
			say.Of("Nothing is left to do. Close its receipt to stop showing it.")})
	} else if !p.Check {
		p.Ways = []view.Action{{Label: say.Of("Go to the review"), URL: "/review"}}
	}
}

// changeCards returns the changes in the order in which they are applied. Of many changes each is closed, and always
// one that only carries out another answer.
func changeCards(p *link.Plan) []ChangeCard {
	return link.Each(p.Changes, func(c link.Change) ChangeCard {
		card := newChangeCard(&c, p.Folds())
		card.Open = len(p.Changes) <= openCards && (c.Kind != link.KindMapping && c.Kind != link.KindKey ||
			c.Action == link.Update)
		return card
	})
}

// answers returns each page's answers with a link back to it.
func answers(in ReviewInput) []AnswerGroup {
	d := in.Plan.Desired
	return []AnswerGroup{
		{Heading: say.Of("authentik"), Change: "/authentik?from=review", Rows: []view.Answer{
			{Key: say.Of("Address"), Value: say.Raw(in.AuthentikURL)},
			{Key: say.Of("Signed in as"), Value: say.Raw(in.AuthentikWho)},
			{Key: say.Of("API token"), Value: say.Of("set")},
		}},
		{Heading: say.Of("PocketBase"), Change: "/pocketbase?from=review", Rows: []view.Answer{
			{Key: say.Of("Address"), Value: say.Raw(in.PocketBaseURL)},
			{Key: say.Of("Signed in as"), Value: say.Raw(in.PocketBaseWho)},
			{Key: say.Of("Superuser token"), Value: until(in.PocketBaseUntil, in.PocketBaseRenews)},
		}},
		{Heading: say.Of("Settings"), Change: "/settings?from=review", Rows: []view.Answer{
			{Key: say.Of("Application"), Value: say.Raw(d.Application.Name + " (" + d.Application.Slug + ")")},
			{Key: say.Of(report.AccessLabel), Value: who(&in.Plan)},
			{Key: say.Of("E-mail addresses"), Value: view.EmailLabel(d.Email)},
			{Key: say.Of("Auth collection"), Value: say.Raw(d.Collection.Name)},
			{Key: say.Of("Slot"), Value: say.Raw(d.Slot.Slot)},
		}},
	}
}

// until says that a token is set, when it expires, and whether it can be
// renewed.
func until(t time.Time, renews bool) say.Text {
	switch {
	case t.IsZero():
		return say.Of("set")
	case renews:
		return say.Of("set, expires on %s and can be renewed before that", say.Moment(t))
	}
	return say.Of("set, expires on %s and cannot be renewed", say.Moment(t))
}

// who says who may use the application after the plan is applied, according to
// its bindings and warnings.
func who(p *link.Plan) say.Text {
	var names []say.Text
	for _, b := range p.Desired.Bindings {
		if b.PK == "" && p.Only != "" {
			return say.Of("unchanged by this review")
		}
		names = append(names, bound(b))
	}
	for _, w := range p.Warnings {
		switch w.ID {
		case report.WarnOtherBindings:
			names = append(names, say.Of("everyone allowed by other bindings"))
		case report.WarnOpenToNobody:
			return say.Of("nobody yet")
		case report.WarnAccessUnknown:
			return say.Of("unknown: the token cannot see whether everyone or nobody has access by default")
		case report.WarnAccessUnseen:
			return say.Of("unknown: the token cannot see the bindings")
		}
	}
	if len(names) == 0 {
		return say.Of("everyone with an authentik account")
	}
	return say.List(names...)
}

// bound returns who is allowed by a binding.
func bound(b link.BindingState) say.Text {
	switch b.Kind {
	case "user":
		return say.Of("user %s", b.Target.Name)
	case "policy":
		return say.Of("policy %s", b.Target.Name)
	}
	return say.Of("group %s", b.Target.Name)
}
