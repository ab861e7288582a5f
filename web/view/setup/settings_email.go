package setup

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// email returns the question of which addresses PocketBase may trust. Each
// option says how a first sign-in ends under the rules of the collection.
func (b settings) email() view.Choice {
	var options []view.Option
	for _, o := range view.EmailOptions() {
		options = append(options, view.Option{
			Value: string(o.Decision), Label: o.Label, Hint: o.Risk,
			More: firstSignIn(o.Decision, &b.in.Desired.Collection),
			Bad:  refuses(o.Decision, &b.in.Desired.Collection),
		})
	}
	c := b.choice("email", say.Of("Which e-mail addresses should count as verified?"),
		say.Of("PocketBase links a sign-in to the account with the same verified address"), options...)
	c.Key = "email: trust-all | trust-attribute | leave"
	return c
}

// firstSignIn says what a first sign-in leads to under an answer, given the
// collection's rules.
func firstSignIn(d link.EmailDecision, c *link.CollectionState) say.Text {
	refused := say.Of("New users are refused, because only superusers may create records in “%s”.", c.Name)
	switch {
	case c.CreateRule == nil && d == link.EmailLeave:
		return refused
	case c.CreateRule == nil:
		return say.Join(refused, say.Of("Existing accounts with the same address are linked."))
	case d == link.EmailTrustAll:
		return say.Of("It creates an account in “%s”, or is linked to the one with the same address.", c.Name)
	case d == link.EmailTrustAttribute && c.EmailRequired:
		return say.Of(
			"Marked users get an account or the one with their address. Others are refused: “%s” requires one.",
			c.Name)
	case d == link.EmailTrustAttribute:
		return say.Of("Marked users get an account or the one with their address. Others get one without an address.")
	case c.EmailRequired:
		return say.Of("New users are refused, because “%s” requires an address. Existing ones can still sign in.",
			c.Name)
	}
	return say.Of("It creates an account without an address. No existing account is linked.")
}

// refuses reports whether PocketBase would refuse new users.
func refuses(d link.EmailDecision, c *link.CollectionState) bool {
	return c.CreateRule == nil || (d == link.EmailLeave && c.EmailRequired)
}

// emailNote reports whether people can change their own address in authentik, if
// the token can read that.
func emailNote(allowed *bool) *Fact {
	switch {
	case allowed == nil:
		return &Fact{Kind: "note", Heading: say.Of("Can people change their own address in authentik?"),
			Text: say.Of("The token cannot read this setting. Before you trust every address, check “Allow users to " +
				"change email” in authentik under System, then Settings.")}
	case *allowed:
		return &Fact{Kind: "warn", Heading: say.Of("People can change their own address in this authentik"),
			Text: say.Of("With “Trust every address”, anyone could take over the account of someone else. First " +
				"turn off " +
				"“Allow users to change email” in authentik under System, then Settings.")}
	}
	return &Fact{Kind: "good", Heading: say.Of("People cannot change their own address in this authentik"),
		Text: say.Of("“Allow users to change email” is turned off.")}
}
