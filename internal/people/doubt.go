package people

import (
	"cmp"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Doubt is why it is not known whether somebody may still sign in. Nobody is called gone because of what authpocket
// cannot see.
type Doubt string

// The doubts.
const (
	DoubtUsers    Doubt = "users"    // the token may not read all users
	DoubtBindings Doubt = "bindings" // nor who may use the application
	DoubtGroups   Doubt = "groups"   // nor which groups are in others
	DoubtPolicy   Doubt = "policy"   // a policy decides at the sign-in
	DoubtEnded    Doubt = "ended"    // a binding has ended
	DoubtMapping  Doubt = "mapping"  // a scope mapping may give another subject
	DoubtMode     Doubt = "mode"     // the account was linked under another subject mode
	DoubtRenamed  Doubt = "renamed"  // somebody else has the account's address
	DoubtMoving   Doubt = "moving"   // the users changed while they were read
	DoubtAll      Doubt = "all"      // none of the accounts belongs to anybody
)

// permission returns the permission that would settle the doubt, empty if none does.
func (d Doubt) permission() report.Permission {
	return map[Doubt]report.Permission{DoubtUsers: report.PermViewUser, DoubtBindings: report.PermViewBinding,
		DoubtGroups: report.PermViewGroup}[d]
}

// Words says why it is not known.
func (d Doubt) Words() say.Text {
	if perm := d.permission(); perm != "" {
		return say.Of("The authentik token does not have the permission %s for all objects.", string(perm))
	}
	return map[Doubt]say.Text{
		DoubtPolicy: say.Of("A policy decides at the sign-in who may use the application."),
		DoubtEnded:  say.Of("A binding of the application has ended, and authentik may still count it."),
		DoubtMapping: say.Of("A scope mapping of the provider may give another subject (sub) than its subject mode, " +
			"or cannot be read."),
		DoubtMode: say.Of("The accounts belong to users under another subject mode than the provider has now."),
		DoubtRenamed: say.Of("The subject is a name or an address that nobody has now, but a user has the account's " +
			"e-mail address: the user was probably renamed."),
		DoubtMoving: say.Of("Users were added or deleted in authentik while they were read. Check again."),
		DoubtAll: say.Of("None of the accounts belongs to a user of this authentik. Was the subject mode changed, or " +
			"authentik set up again?"),
	}[d]
}

// order sorts doubts: those that a permission settles first.
func (d Doubt) order(o Doubt) int {
	return cmp.Or(-cmp.Compare(d.permission(), o.permission()), cmp.Compare(d, o))
}
