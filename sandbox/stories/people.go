package stories

import (
	"fmt"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/plans"
	"authpocket/internal/plans/words"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

// leavers returns n people who left, for all reasons in turn.
func leavers(n int) []people.Leaver {
	list := []people.Leaver{}
	for i := range n {
		name := fmt.Sprintf("person%03d", i)
		l := people.Leaver{Account: fmt.Sprintf("k3v9q2m7xw%05d", i), Email: name + "@company.example", Person: name,
			Reason: []people.Reason{people.Inactive, people.NotAllowed, people.Gone}[i%3]}
		if l.Reason == people.Gone {
			l.Person = ""
		}
		list = append(list, l)
	}
	return list
}

func peopleStories(joined view.Head) []Story {
	page := func(r people.Report) changes.PeoplePage { return changes.NewPeople(joined, r) }
	kinds := leavers(4)
	kinds[3].SignedOut, kinds[2].Email = new(Time().Add(-24*time.Hour)), ""
	kinds[1].Email = "somebody.with.a.long.name@" + long
	doubts := []people.Unsure{{Doubt: people.DoubtPolicy, Accounts: 12, Why: people.DoubtPolicy.Words()},
		{Doubt: people.DoubtRenamed, Accounts: 1, Why: people.DoubtRenamed.Words()}}
	blind := []people.Unsure{{Doubt: people.DoubtUsers, Accounts: 40, Why: people.DoubtUsers.Words()}}
	p := Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	out := func(r people.Report) link.Plan { return plans.NewSignOut(&p, r) }
	many := out(people.Report{Linked: 500, Left: leavers(230)})
	few := out(people.Report{Linked: 40, Left: leavers(3)})
	review := func(p link.Plan) changes.ReviewPage {
		return changes.NewReview(&joined, changes.ReviewInput{PlanID: "p1", Plan: p})
	}
	return []Story{
		{"people-none", changes.People(page(people.Report{Linked: 40}))},
		{"people-nobody-yet", changes.People(page(people.Report{}))},
		{"people-kinds", changes.People(page(people.Report{Linked: 40, Left: kinds, Unsure: doubts}))},
		{"people-many", changes.People(page(people.Report{Linked: 500, Left: leavers(230)}))},
		{"people-unknown", changes.People(page(people.Report{Linked: 40, Unsure: blind}))},
		{"review-sign-out", changes.Review(review(few))},
		{"review-sign-out-many", changes.Review(review(many))},
		{"review-sign-out-nobody", changes.Review(review(out(people.Report{})))},
		{"apply-signed-out", changes.Apply(changes.NewApply(joined, changes.Progress{Purpose: few.Purpose,
			Changes: few.Changes, States: []string{"done", "done", "done"}, Ended: true}, ""))},
		{"receipt-sign-out", changes.ReceiptView(changes.NewReceipt(joined, changes.Receipt{ID: "s1", When: Time(),
			Kind: "sign-out", Outcome: "completed", Count: 3, Done: 3, Program: "1.0.0", Slug: "pocketbase",
			Collection: "users", Did: words.Did(few.Purpose, "", few.Changes)}))},
	}
}
