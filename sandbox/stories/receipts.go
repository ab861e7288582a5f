package stories

import (
	"slices"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/changes"
	"authpocket/web/view/setup"
)

// Time returns when every receipt was written.
func Time() time.Time { return time.Date(2026, 11, 23, 19, 5, 0, 0, time.UTC) }

// Receipt returns one of an apply whose changes are in the given states.
func Receipt(outcome string, states ...string) changes.Receipt {
	plan := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	r := changes.Receipt{ID: "k3v9q2m7xw", When: Time(), Kind: "apply", Outcome: outcome, Count: len(plan.Changes),
		Program: "1.0.0", Did: words.Did("", "", plan.Changes), Created: true, Slug: "pocketbase",
		Collection: "users"}
	for i, c := range plan.Changes {
		one := changes.ReceiptChange{Change: c, State: "waiting"}
		if i < len(states) {
			one.State = states[i]
		}
		if one.State == "done" {
			r.Done++
		}
		if one.State == "failed" {
			one.Summary, one.Todo = say.Of("authentik refused to create the %s: %s.", c.Object,
				say.Raw("slug: Application with this slug already exists")),
				say.Of("Choose another slug.")
		}
		r.Changes = append(r.Changes, one)
	}
	return r
}

func receiptStories(none, one, both, joined view.Head) []Story {
	held := func(h view.Head) view.Head { h.Held, h.Receipts = true, true; return h }
	both, joined = held(both), held(joined)
	whole, broken := Receipt("completed", "done", "done", "done"), Receipt("", "done", "about to")
	undo, rotate, remove := whole, whole, whole
	undo.Kind, undo.Of, undo.ID = "undo", whole.ID, "u1"
	rotate.Kind, remove.Kind = "rotate", "remove"
	for _, one := range []*changes.Receipt{&undo, &rotate, &remove} {
		one.Did, one.Created = words.Did(link.Purpose(one.Kind), one.Of, nil), false
	}
	rotate.Count, rotate.Done = 2, 2
	taken, running := whole, Receipt("", "done")
	taken.TakenBack, running.Running = true, true
	list := changes.ReceiptsInput{Now: Time().Add(90 * time.Minute), List: []changes.Receipt{running, broken, remove,
		rotate, undo, taken, Receipt("stopped", "done", "failed")}, Others: 2,
		Dir: "/home/an-admin-with-a-long-name/.local/state/authpocket",
		Aside: []say.Text{say.Of("A newer authpocket wrote a receipt that this one cannot read: %s.",
			"receipt-20261123T190500Z-abc.json")}}
	settings := Settings()
	settings.Interrupted, settings.Lacking = []changes.Receipt{broken}, storyPermissions()[:2]
	limited := setup.NewPocketBase(one, setup.PocketBaseInput{Limited: "service-account-of-pocketbase"})
	return append([]Story{
		{"permissions", setup.Permissions(setup.NewPermissions(none, storyPermissions(),
			[]report.Permission{report.PermAddUser, report.PermSetPassword, report.PermDeleteUser},
			"version: 1\nmetadata:\n  name: authpocket service account\nentries:\n  - model: authentik_rbac.role # "+
				long))},
		{"pocketbase-limited", setup.PocketBase(limited)},
		{"settings-interrupted", setup.Settings(setup.NewSettings(both, settings))},
		{"receipts", changes.Receipts(changes.NewReceipts(joined, list))},
		{"receipts-none", changes.Receipts(changes.NewReceipts(both, changes.ReceiptsInput{Dir: "/tmp/authpocket"}))},
		{"receipt-done", changes.ReceiptView(changes.NewReceipt(joined, whole))},
		{"receipt-interrupted", changes.ReceiptView(changes.NewReceipt(both, broken))},
		{"receipt-stopped", changes.ReceiptView(changes.NewReceipt(both, Receipt("stopped", "done", "failed")))},
		{"receipt-undo", changes.ReceiptView(changes.NewReceipt(both, undo))},
		{"receipt-rotate", changes.ReceiptView(changes.NewReceipt(joined, rotate))},
	}, purposeStories(both, joined, broken)...)
}

func storyPermissions() []setup.Permission {
	return []setup.Permission{
		{Codename: "authentik_flows.view_flow", Why: say.Of("list the flows to choose from")},
		{Codename: "authentik_providers_oauth2.view_scopemapping", Why: say.Of("find the scope mappings for openid, " +
			"email and profile")},
		{Codename: "authentik_core.delete_application", Why: say.Of("undo: delete an application that authpocket " +
			"created")},
	}
}

// takenBack returns the changes that take others back.
func takenBack(list []link.Change, why say.Text) []link.Change {
	var back []link.Change
	for _, c := range slices.Backward(list) {
		c.Before, c.After, c.Why, c.Step, c.Fields = c.After, c.Before, why, "", slices.Clone(c.Fields)
		if c.Action == link.Create {
			c.Action = link.Delete
		}
		for i, f := range c.Fields {
			c.Fields[i].Before, c.Fields[i].After = f.After, f.Before
		}
		back = append(back, c)
	}
	return back
}

// purposeStories are the review and the apply page of plans that take back,
// remove or rotate.
func purposeStories(both, joined view.Head, broken changes.Receipt) []Story {
	undo := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	undo.Purpose, undo.Of, undo.Force = link.PurposeUndo, "k3v9q2m7xw", true
	undo.Warnings = []link.Warning{{ID: "lost", System: report.PB,
		Summary: say.Of("The client secret of %s stays as it is.", "oidc"),
		Detail: say.Of("PocketBase never shows it, so undo can't restore the previous one. Enter it in PocketBase if " +
			"it was different.")}}
	undo.Changes = takenBack(undo.Changes, say.Of("Undoes an earlier change."))
	rotate, remove, nothing := undo, undo, undo
	rotate.Purpose, rotate.Warnings, rotate.Changes = link.PurposeRotate, nil, []link.Change{update()}
	remove.Purpose, remove.Changes = link.PurposeRemove, slices.Clone(undo.Changes)
	remove.Warnings = []link.Warning{{ID: report.WarnLinkedPeople, System: report.PB,
		Summary: say.Count(12, "%d person has an account linked through %s.",
			"%d people have an account linked through %s.", "oidc"),
		Detail: say.Of("Their accounts stay, but they can no longer sign in with authentik. PocketBase keeps the " +
			"links, and they apply to the next provider in this slot.")}}
	for i := range remove.Changes {
		remove.Changes[i].Why = say.Of("Removes the link.")
	}
	nothing.Changes = nil
	review := func(h view.Head, p link.Plan, open ...changes.Receipt) changes.ReviewPage {
		return changes.NewReview(&h, changes.ReviewInput{PlanID: "p1", Plan: p, Interrupted: open})
	}
	link1 := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	over := func(p link.Plan, checks report.Checks) changes.ApplyPage {
		in := changes.Progress{Purpose: p.Purpose, Changes: p.Changes, Warnings: p.Warnings, Checks: checks,
			Ended: true}
		for range p.Changes {
			in.States = append(in.States, "done")
		}
		return changes.NewApply(both, in, "")
	}
	bad := Checks()
	bad[2].Status, bad[2].Cause = report.Fail, "invalid-client"
	return []Story{
		{"review-interrupted", changes.Review(review(both, link1, broken))},
		{"review-undo", changes.Review(review(joined, undo))},
		{"review-undo-nothing", changes.Review(review(both, nothing, broken))},
		{"review-rotate", changes.Review(review(joined, rotate))},
		{"review-remove", changes.Review(review(joined, remove))},
		{"apply-undone", changes.Apply(over(undo, nil))},
		{"apply-removed", changes.Apply(over(remove, nil))},
		{"apply-rotated", changes.Apply(over(rotate, Checks()[:3]))},
		{"apply-rotated-refused", changes.Apply(over(rotate, bad))},
		{"done-later",
			changes.Done(changes.NewDone(&joined, changes.DoneInput{Desired: link1.Desired, Held: true, Later: true,
				Receipts: true, Checks: Checks()[:3]}))},
		{"undo-conflict", view.ProblemView(view.ProblemPage{Head: titled(joined, say.Of("Something has changed "+
			"since then")),
			Summary: say.Of("The objects in the receipt have changed since then. Nothing was written."),
			List: []say.Text{say.Of("%s: %s has changed since: %s.", report.Authentik.Label(),
				say.Of("application “%s”", "PocketBase"), say.Of("%s is now “%s”", "name", "Somebody else's"))},
			Todo:    say.Of("Undo anyway to discard these changes too. You review all changes first."),
			Actions: []view.Action{{Label: say.Of("Undo anyway"), URL: "/"}, {Label: say.Of("Cancel"), URL: "/"}}})},
	}
}
