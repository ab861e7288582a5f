package view

import (
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// EmailOption is one answer to the question about e-mail addresses.
type EmailOption struct {
	Decision link.EmailDecision
	Label    say.Text
	Risk     say.Text
}

// EmailOptions returns the answers in page order.
func EmailOptions() []EmailOption {
	return []EmailOption{
		{link.EmailTrustAll, say.Of("Trust every address"),
			say.Of("Safe if only admins set addresses: whoever can set one gets the account that has it.")},
		{link.EmailTrustAttribute, say.Of("Trust addresses marked as verified"),
			say.Of("Only for users whose authentik attribute email_verified is true. You or a flow set it.")},
		{link.EmailLeave, say.Of("Keep addresses unverified"),
			say.Of("Safe. authentik reports every address as unverified, and PocketBase stores none.")},
	}
}

// EmailLabel returns the label of an answer, empty for none.
func EmailLabel(d link.EmailDecision) say.Text {
	for _, o := range EmailOptions() {
		if o.Decision == d {
			return o.Label
		}
	}
	return say.Text{}
}
