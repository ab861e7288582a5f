package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// NewSignOut returns the plan that signs out the accounts of a report that are not signed out yet. p is the plan of the
// link, made from the same snapshots. Each change is of one account, and writes its token key alone.
func NewSignOut(p *link.Plan, r people.Report) link.Plan {
	d, open := p.Desired, r.Open()
	plan := link.Plan{Purpose: link.PurposeSignOut, Desired: d, Spec: p.Spec, Taken: p.Taken}
	for _, l := range open[:min(len(open), people.MostSignOuts)] {
		plan.Changes = append(plan.Changes, words.SignOut(link.SessionState{
			Collection: link.Ref{ID: d.Collection.ID, Name: d.Collection.Name}, Slot: d.Slot.Slot, ID: l.Account,
			Email: l.Email, Subject: l.Subject, Person: l.Person, Reason: string(l.Reason), Updated: l.Updated}))
	}
	var w link.Warnings
	if len(open) > people.MostSignOuts {
		w.Add(report.WarnMoreSignOuts, report.PB, say.Of("%d of %d accounts are signed out by this plan.",
			people.MostSignOuts,
			len(open)), say.Of("Check again after it for the others."))
	}
	if len(open) > 0 {
		w.Add(report.WarnOldTokens, report.PB, say.Of("Old tokens are refused from then on, and an undo cannot bring "+
			"them back."),
			say.Of("Anyone still allowed in can sign in again. What the app has handed out itself, such as a session "+
				"of its own or a link to a file, is not affected."))
		if !d.Collection.PasswordOff() {
			w.Add(report.WarnOtherWays, report.PB, say.Of("Anyone who knows the password of an account in %s "+
				"can sign in again.", d.Collection.Name), say.Of("Passwords or one-time passwords are turned on "+
				"there, and authentik does not control them."))
		}
	}
	plan.Warnings = w
	return plan
}
