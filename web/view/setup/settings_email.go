package setup

import (
	"authpocket/internal/link"
	"authpocket/web/view"
)

// email asks which addresses PocketBase may trust. Each answer says what
// happens to a first sign-in, given the rules of the collection.
func (b settings) email() view.Choice {
	var options []view.Option
	for _, o := range view.EmailOptions() {
		options = append(options, view.Option{
			Value: string(o.Decision), Label: o.Label, Hint: o.Risk,
			More: link.EmailOutcome(o.Decision, b.in.Desired.Collection),
			Bad:  refuses(o.Decision, b.in.Desired.Collection),
		})
	}
	c := b.choice("email", "Which e-mail addresses may PocketBase trust?",
		"PocketBase takes an address only when authentik says it is verified, and links people to accounts by it",
		options...)
	c.Key = "email: trust-all, trust-attribute or leave"
	return c
}

// refuses tells whether nobody new could sign in.
func refuses(d link.EmailDecision, c link.CollectionState) bool {
	return c.CreateRule == nil || (d == link.EmailLeave && c.EmailRequired)
}

// emailNote says whether people can change their own address in authentik,
// as far as the token may know.
func emailNote(allowed *bool) *Fact {
	switch {
	case allowed == nil:
		return &Fact{Kind: "note", Heading: "Can people change their own address in authentik?",
			Text: "The token may not read that. Look in authentik under System, Settings, “Allow users to change " +
				"email”, before you trust every address."}
	case *allowed:
		return &Fact{Kind: "warn", Heading: "People can change their own address in this authentik",
			Text: "With “Trust every address” anyone could take over another person's PocketBase account by entering " +
				"that person's address. Turn off “Allow users to change email” under System, Settings first, or " +
				"choose another answer."}
	}
	return &Fact{Kind: "good", Heading: "People cannot change their own address in this authentik",
		Text: "“Allow users to change email” is off in its system settings."}
}
