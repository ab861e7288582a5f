package view

import (
	"time"

	"authpocket/internal/link"
)

var storyTime = time.Date(2026, 11, 23, 19, 5, 0, 0, time.UTC)

// receipt is one of an apply whose changes are in the given states.
func receipt(outcome string, states ...string) Receipt {
	plan := fixturePlan(link.Spec{Email: link.EmailTrustAll}, nil)
	r := Receipt{ID: "k3v9q2m7xw", When: storyTime, Kind: "apply", Outcome: outcome, Count: len(plan.Changes), Program: "1.0.0", Slug: "pocketbase", Collection: "users"}
	for i, c := range plan.Changes {
		one := ReceiptChange{Change: c, State: "waiting"}
		if i < len(states) {
			one.State = states[i]
		}
		if one.State == "done" {
			r.Done++
		}
		if one.State == "failed" {
			one.Summary, one.Todo = "authentik refuses the application: its slug is taken.", "Choose another slug on the settings page."
		}
		r.Changes = append(r.Changes, one)
	}
	return r
}

func receiptStories(none, one, both, joined Head) []story {
	held := func(h Head) Head { h.Held, h.Receipts = true, true; return h }
	both, joined = held(both), held(joined)
	whole, broken := receipt("completed", "done", "done", "done"), receipt("", "done", "about to")
	undo, rotate, remove := whole, whole, whole
	undo.Kind, undo.Of, undo.ID = "undo", whole.ID, "u1"
	rotate.Kind, remove.Kind, rotate.Count, rotate.Done = "rotate", "remove", 2, 2
	taken, running := whole, receipt("", "done")
	taken.TakenBack, running.Running = true, true
	list := ReceiptsInput{Now: storyTime.Add(90 * time.Minute), List: []Receipt{running, broken, remove, rotate, undo, taken, receipt("stopped", "done", "failed")}, Others: 2,
		Dir: "/home/an-admin-with-a-long-name/.local/state/authpocket", Aside: []string{"receipt-20261123T190500Z-abc.json was written by a newer authpocket."}}
	settings := settingsInput()
	settings.Interrupted, settings.Lacking = []Receipt{broken}, storyPermissions()[:2]
	limited := NewPocketBase(one, PocketBaseInput{Limited: "service-account-of-pocketbase"})
	return append([]story{
		{"permissions", Permissions(NewPermissions(none, storyPermissions(), "version: 1\nmetadata:\n  name: authpocket service account\nentries:\n  - model: authentik_rbac.role # "+long))},
		{"pocketbase-limited", PocketBase(limited)},
		{"settings-interrupted", Settings(NewSettings(both, settings))},
		{"receipts", Receipts(NewReceipts(joined, list))},
		{"receipts-none", Receipts(NewReceipts(both, ReceiptsInput{Dir: "/tmp/authpocket"}))},
		{"receipt-done", ReceiptView(NewReceipt(joined, whole))},
		{"receipt-interrupted", ReceiptView(NewReceipt(both, broken))},
		{"receipt-stopped", ReceiptView(NewReceipt(both, receipt("stopped", "done", "failed")))},
		{"receipt-undo", ReceiptView(NewReceipt(both, undo))},
		{"receipt-rotate", ReceiptView(NewReceipt(joined, rotate))},
	}, purposeStories(both, joined, broken)...)
}

func storyPermissions() []Permission {
	return []Permission{
		{"authentik_flows.view_flow", "list the flows to choose from"},
		{"authentik_providers_oauth2.view_scopemapping", "find the scope mappings for openid, email and profile"},
		{"authentik_core.delete_application", "undo: delete an application that authpocket created"},
	}
}

// purposeStories are the review and the apply page of plans that take back,
// take apart or rotate.
func purposeStories(both, joined Head, broken Receipt) []story {
	undo := fixturePlan(link.Spec{Email: link.EmailTrustAll}, nil)
	undo.Purpose, undo.Of, undo.Force = link.PurposeUndo, "k3v9q2m7xw", true
	undo.Warnings = []link.Warning{{ID: "lost", System: link.PB, Summary: "The client secret of oidc stays as it is now.", Detail: "PocketBase never shows one, so the one before cannot come back."}}
	rotate, remove, nothing := undo, undo, undo
	rotate.Purpose, rotate.Warnings, rotate.Changes = link.PurposeRotate, nil, []link.Change{update()}
	remove.Purpose = link.PurposeRemove
	nothing.Changes = nil
	review := func(h Head, p link.Plan, open ...Receipt) ReviewPage {
		return NewReview(h, ReviewInput{PlanID: "p1", Plan: p, Interrupted: open})
	}
	link1 := fixturePlan(link.Spec{Email: link.EmailTrustAll}, nil)
	over := func(p link.Plan, checks link.Checks) ApplyPage {
		in := Progress{Purpose: p.Purpose, Changes: p.Changes, Warnings: p.Warnings, Checks: checks, Ended: true}
		for range p.Changes {
			in.States = append(in.States, "done")
		}
		return NewApply(both, in, "")
	}
	bad := fixtureChecks()
	bad[2].Status, bad[2].Cause = link.Fail, "invalid-client"
	return []story{
		{"review-interrupted", Review(review(both, link1, broken))},
		{"review-undo", Review(review(joined, undo))},
		{"review-undo-nothing", Review(review(both, nothing, broken))},
		{"review-rotate", Review(review(joined, rotate))},
		{"review-remove", Review(review(joined, remove))},
		{"apply-undone", Apply(over(undo, nil))},
		{"apply-removed", Apply(over(remove, nil))},
		{"apply-rotated", Apply(over(rotate, fixtureChecks()[:3]))},
		{"apply-rotated-refused", Apply(over(rotate, bad))},
		{"done-later", Done(NewDone(joined, DoneInput{Desired: link1.Desired, Held: true, Later: true, Receipts: true, Checks: fixtureChecks()[:3]}))},
		{"undo-conflict", ProblemView(ProblemPage{Head: titled(joined, "Something was changed since"), Summary: "What was made is no longer as authpocket left it. Nothing was written.",
			List: []string{"authentik: application “PocketBase” was changed since: name is now “Somebody else's”."}, Todo: "Undo it all the same if these changes may go too. You see the whole list first.",
			Actions: []Action{{"Undo it all the same", "/"}, {"Leave it", "/"}}})},
	}
}
