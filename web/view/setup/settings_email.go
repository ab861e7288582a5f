package setup

import (
	"authpocket/internal/link"
	"authpocket/web/view"
)

// email returns the question of which addresses PocketBase may trust. Each
// option says how a first sign-in ends under the rules of the collection.
func (b settings) email() view.Choice {
	var options []view.Option
	for _, o := range view.EmailOptions() {
		options = append(options, view.Option{
			Value: string(o.Decision), Label: o.Label, Hint: o.Risk,
			More: link.EmailOutcome(o.Decision, b.in.Desired.Collection),
			Bad:  refuses(o.Decision, b.in.Desired.Collection),
		})
	}
	c := b.choice("email", "Which e-mail addresses should count as verified?",
		"PocketBase only accepts verified addresses, and links a sign-in to the account with the same address",
		options...)
	c.Key = "email: trust-all, trust-attribute or leave"
	return c
}

// refuses reports whether PocketBase would refuse new users.
func refuses(d link.EmailDecision, c link.CollectionState) bool {
	return c.CreateRule == nil || (d == link.EmailLeave && c.EmailRequired)
}

// emailNote reports whether people can change their own address in authentik, if
// the token can read that.
func emailNote(allowed *bool) *Fact {
	switch {
	case allowed == nil:
		return &Fact{Kind: "note", Heading: "Can people change their own address in authentik?",
			Text: "The token cannot read this setting. In authentik, go to System, then Settings, and check “Allow " +
				"users to change email” before you trust every address."}
	case *allowed:
		return &Fact{Kind: "warn", Heading: "People can change their own address in this authentik",
			Text: "With “Trust every address”, anyone could enter another person's address and take over their " +
				"PocketBase account. In authentik, go to System, then Settings, and turn off “Allow users to change " +
				"email”, or choose another answer."}
	}
	return &Fact{Kind: "good", Heading: "People cannot change their own address in this authentik",
		Text: "“Allow users to change email” is turned off in its system settings."}
}
