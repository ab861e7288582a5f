package plans

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// NewProof returns the plan of a proof: a test sign-in of a person who is made for it, and removed after it with the
// account that PocketBase creates. p is the plan of the link, made from the same snapshots; its Generated.Person is
// that person. There is no plan if a new person cannot use the application.
func NewProof(p *link.Plan, a *link.AuthentikSnapshot, b link.PocketBaseSnapshot) (link.Plan, report.Problems) {
	var problems report.Problems
	d, person := p.Desired, p.Generated.Person
	now := b.Collection(d.Collection.Name)
	at := link.SlotIndex(&now.OAuth2, d.Slot.Slot)
	if a.Application == nil || d.Provider.PK == 0 || at < 0 || !now.OAuth2.Enabled {
		problems = append(problems, report.Problem{NoLink: true,
			Summary: say.Of("There is no link yet, so nobody can sign in."), Todo: say.Of("Apply the link first.")})
		return link.Plan{}, problems
	}
	person.Verified = d.Email == link.EmailTrustAttribute
	person.Groups = groupsToJoin(a, &problems)
	if now.CreateRule == nil {
		problems.Add("", say.Of("PocketBase creates no account for a new person: only superusers may create records "+
			"in %s.", now.Name), say.Of("Test the sign-in of somebody who has an account, or change the create rule."))
	}
	if len(a.MissingForProof) > 0 {
		names := strings.Join(link.Each(a.MissingForProof, func(p report.Permission) string { return string(p) }), ", ")
		problems.Add("", say.Of("The authentik token may not make a person for a test and remove that person again."),
			say.Of("Give its role %s, or use a superuser's token.", names))
	}
	if len(problems) > 0 {
		return link.Plan{}, problems
	}
	account := link.AccountState{Collection: link.Ref{ID: now.ID, Name: now.Name}, Slot: d.Slot.Slot,
		Email: person.Email}
	proof := link.Plan{Purpose: link.PurposeProof, Changes: proofChanges(person, account),
		Warnings: proofWarnings(p, person), Desired: d, Spec: p.Spec, Generated: p.Generated, Taken: p.Taken}
	return proof, nil
}

// proofChanges returns the four writes of a proof, in their order.
func proofChanges(person link.PersonState, account link.AccountState) []link.Change {
	user := link.Change{System: report.Authentik, Kind: link.KindPerson, Object: words.Person(person)}
	record := link.Change{System: report.PB, Kind: link.KindAccount,
		Object: words.Account(person.Username, account.Collection.Name)}
	made, signedIn, gone, deleted := user, record, record, user
	made.Action, made.After, made.Fields = link.Create, &person, link.Diff(nil, person.Values())
	made.Why = say.Of(words.WhyPerson)
	signedIn.Action, signedIn.After, signedIn.Fields = link.Create, &account, link.Diff(nil, account.Values())
	signedIn.Why = say.Of(words.WhyAccount)
	gone.Action, gone.Before, gone.Fields = link.Delete, &account, link.Diff(account.Values(), nil)
	gone.Why = say.Of(words.WhyNoAccount)
	deleted.Action, deleted.Before, deleted.Fields = link.Delete, &person, link.Diff(person.Values(), nil)
	deleted.Why = say.Of(words.WhyNoPerson)
	return []link.Change{made, signedIn, gone, deleted}
}

func proofWarnings(p *link.Plan, person link.PersonState) []link.Warning {
	var w link.Warnings
	w.Add(report.WarnProofEvents, report.Authentik, say.Of("authentik treats this like any user who is created, signs "+
		"in and is deleted."), say.Of("Its log shows the events, and notification rules for them take effect."))
	mail := say.Of("Mails to %s reach nobody.", person.Email)
	if !person.Unreachable() {
		mail = say.Of("Mails go to %s.", person.Email)
	}
	w.Add(report.WarnProofHooks, report.PB, say.Of("PocketBase treats this like any person who signs up."),
		say.Of("Hooks of the app run, and login alerts are sent if they are on. %s", mail))
	if len(person.Groups) > 0 {
		names := strings.Join(link.Each(person.Groups, func(r link.Ref) string { return r.Name }), ", ")
		w.Add(report.WarnProofGroups, report.Authentik, say.Of("The person is a member of %s until the test is over.",
			names),
			say.Of("The application admits only members. The person may do what these groups may."))
	}
	for _, one := range p.Warnings {
		if one.ID == report.WarnHTTPAuthentik || one.ID == report.WarnHTTPPocketBase {
			w = append(w, one)
		}
	}
	return w
}

// groupsToJoin returns the groups that a new person has to be in to use the application. It is a problem if groups
// are not enough.
func groupsToJoin(a *link.AuthentikSnapshot, problems *report.Problems) []link.Ref {
	const other = "Test the sign-in of somebody who may use it instead."
	if slices.Contains(a.Missing, report.PermViewBinding) {
		problems.Add("", say.Of("The authentik token may not see who may use the application."),
			say.Of("Give its role %s.", string(report.PermViewBinding)))
		return nil
	}
	var groups []link.Ref
	var closed []say.Text // bindings that no group membership passes
	open := false
	for _, b := range a.Bindings {
		switch {
		case !b.Enabled:
		case b.Kind == "group" && !b.Negate && b.Superusers: // a person made for a test must not be one
			closed = append(closed, say.Of("group %s of superusers", b.Target.Name))
		case b.Kind == "group" && !b.Negate:
			groups = append(groups, b.Target)
		case b.Kind != "policy" && b.Negate: // admits everyone else
			open = true
		default:
			closed = append(closed, b.Who())
		}
	}
	switch all := a.Application.PolicyEngineMode == "all"; {
	case all && len(closed) > 0, !all && !open && len(groups) == 0 && len(closed) > 0:
		problems.Add("", say.Of("authentik may not let a new person use the application: it is bound to %s.",
			say.List(closed...)), say.Of(other))
		return nil
	case !open && len(groups)+len(closed) == 0 && a.ClosedByDefault:
		problems.Add("", say.Of("Nobody can use the application yet: this authentik closes applications without "+
			"bindings."),
			say.Text{}, report.ChooseAccess(say.Of("to let people in")))
		return nil
	case !all && open:
		return nil
	case !all && len(groups) > 0:
		return groups[:1]
	}
	return groups
}

// Unproved returns the problem of a plan that takes a way in away without a proof. Nothing was written then.
func Unproved(plan *link.Plan) report.Problems {
	problem := report.Problem{Field: "pocketbase.password_auth",
		Summary: say.Of("Passwords and one-time passwords are turned off only after a sign-in through this link has " +
			"worked in the same run. Nothing was written."),
		Ways: []report.Way{{Run: report.RunProved, For: say.Of("to prove it with a person who is made for the test")}}}
	if !link.TurnsOff(plan.Changes) {
		problem.Field = "pocketbase.slot"
		problem.Summary = say.Of("%s is removed only after a sign-in through %s has worked in the same run. Nothing "+
			"was written.", strings.Join(link.OldSlots(plan.Changes), ", "), plan.Desired.Slot.Slot)
	}
	return report.Problems{problem}
}
