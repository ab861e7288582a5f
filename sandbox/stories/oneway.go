package stories

import (
	"slices"
	"time"

	"authpocket/internal/export"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// oneWayPlan returns the part of a plan that turns passwords off, with the sign-in that allows it.
func oneWayPlan(by string) link.Plan {
	p := Plan(link.Spec{Email: link.EmailTrustAll, PocketBase: link.PocketBase{PasswordAuth: new(false),
		OTP: new(false)}}, nil)
	p = p.Limited(link.PartAfterProof)
	p.Warnings, p.Proof = nil, new(link.NewProof(&p.Desired, by, time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)))
	return p
}

// oldSlotPlan returns the part of a plan that removes the slot that the link had before.
func oldSlotPlan() link.Plan {
	p := oneWayPlan("ada@example.com")
	before, after := p.Desired.Collection, p.Desired.Collection
	old := p.Desired.Slot
	old.Slot = "oidc3"
	before.OAuth2.Providers = append(slices.Clone(before.OAuth2.Providers), old)
	p.Changes = []link.Change{{System: report.PB, Kind: link.KindOldSlot, Action: link.Update, Needs: link.NeedProof,
		Object: say.Of("slot %s of the collection “%s”", old.Slot, before.Name), Before: &before, After: &after,
		Fields: link.Diff(old.Values(), nil), Why: say.Of("The link has moved. %s is removed only after a sign-in "+
			"through %s has worked, so that people never lose the only way in.", old.Slot, p.Desired.Slot.Slot)}}
	return p
}

// oneWayStories are those of the way to authentik as the only way in, after a sign-in has worked.
func oneWayStories(proven *view.Head) []Story {
	plan, to := oneWayPlan("ada@example.com"), oneWayPlan("somebody.with.a.long.name@"+long)
	review := func(p link.Plan) changes.ReviewPage {
		return changes.NewReview(proven, changes.ReviewInput{PlanID: "p1", Plan: p})
	}
	offered := changes.DoneInput{Desired: plan.Desired, Checks: Checks()[:3], Held: true, Later: true, Receipts: true,
		OneWay: true, SignedIn: report.SignedIn{Name: "ada@example.com", At: plan.Proof.At},
		Rounds:       []changes.Round{{Receipt: "k3", Made: Plan(link.Spec{Email: link.EmailTrustAll}, nil).Changes}},
		AuthentikAPI: AuthentikURL, PocketBaseAPI: PocketBaseURL}
	done := offered
	done.OneWay, done.Desired = false, to.Desired
	done.Rounds = append([]changes.Round{{Receipt: "k4", Made: plan.Changes}}, done.Rounds...)
	oldSlot := offered
	oldSlot.OneWay, oldSlot.OldSlots = false, []string{"oidc3"}
	return []Story{
		{"done-one-way-offered", changes.Done(changes.NewDone(proven, offered))},
		{"done-one-way", changes.Done(changes.NewDone(proven, done))},
		{"review-passwords", changes.Review(review(plan))},
		{"review-passwords-long", changes.Review(review(to))},
		{"done-old-slot", changes.Done(changes.NewDone(proven, oldSlot))},
		{"review-old-slot", changes.Review(review(oldSlotPlan()))},
	}
}

// hookStory is the export page of a link with groups that go into fields.
func hookStory(proven *view.Head) Story {
	plan := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	plan.Desired.Groups = link.GroupsInto{Claim: link.GroupsClaim, Fields: []link.GroupField{
		{Field: "is_admin", When: "Admins"}, {Field: "role", Values: map[string]string{"Admins": "staff"}}}}
	files := []changes.ExportFile{changes.NewLinkFile("link.yaml", "email: trust-all\n", false)}
	for _, f := range export.Offered(&plan) {
		files = append(files, changes.ExportFile{Title: f.Title, URL: f.Name, FileName: f.FileName})
	}
	return Story{"export-hook", changes.Export(changes.NewExport(*proven, "/done", files, nil))}
}
