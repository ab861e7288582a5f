package view

import "authpocket/internal/link"

// emailOption is one answer to the question that only the admin can answer.
type emailOption struct {
	decision link.EmailDecision
	label    string
	risk     string
}

func emailOptions() []emailOption {
	return []emailOption{
		{link.EmailTrustAll, "Trust every address",
			"Right where only admins or your directory set people's addresses. Whoever can set an address in authentik gets into the PocketBase account that has it."},
		{link.EmailTrustAttribute, "Trust addresses that are marked as verified",
			"Only for people whose user in authentik has the attribute email_verified set to true. You or your enrolment flow set it."},
		{link.EmailLeave, "Leave authentik's answer",
			"authentik says “not verified” for everyone. Safe, but PocketBase then does not take the address."},
	}
}

// email asks which addresses PocketBase may trust. Each answer says what
// happens to a first sign-in, given the rules of the collection.
func (b settings) email() Choice {
	var options []Option
	for _, o := range emailOptions() {
		options = append(options, Option{
			Value: string(o.decision), Label: o.label, Hint: o.risk,
			More: link.EmailOutcome(o.decision, b.in.Desired.Collection),
			Bad:  refuses(o.decision, b.in.Desired.Collection),
		})
	}
	c := b.choice("email", "Which e-mail addresses may PocketBase trust?",
		"PocketBase takes an address only when authentik says it is verified, and links people to accounts by it", options...)
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
			Text: "The token may not read that. Look in authentik under System, Settings, “Allow users to change email”, before you trust every address."}
	case *allowed:
		return &Fact{Kind: "warn", Heading: "People can change their own address in this authentik",
			Text: "With “Trust every address” anyone could take over another person's PocketBase account by entering that person's address. Turn off “Allow users to change email” under System, Settings first, or choose another answer."}
	}
	return &Fact{Kind: "good", Heading: "People cannot change their own address in this authentik",
		Text: "“Allow users to change email” is off in its system settings."}
}

// EmailLabel is the answer in the words of the question, empty for none.
func EmailLabel(d link.EmailDecision) string {
	for _, o := range emailOptions() {
		if o.decision == d {
			return o.label
		}
	}
	return ""
}
