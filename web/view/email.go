package view

import "authpocket/internal/link"

// EmailOption is one answer to the question about e-mail addresses.
type EmailOption struct {
	Decision link.EmailDecision
	Label    string
	Risk     string
}

// EmailOptions returns the answers in page order.
func EmailOptions() []EmailOption {
	return []EmailOption{
		{link.EmailTrustAll, "Trust every address",
			"Safe if only admins set addresses: whoever can set one gets the account that has it."},
		{link.EmailTrustAttribute, "Trust addresses marked as verified",
			"Only for users whose authentik attribute email_verified is true. You or a flow set it."},
		{link.EmailLeave, "Keep addresses unverified",
			"Safe. authentik reports every address as unverified, and PocketBase stores none."},
	}
}

// EmailLabel returns the label of an answer, empty for none.
func EmailLabel(d link.EmailDecision) string {
	for _, o := range EmailOptions() {
		if o.Decision == d {
			return o.Label
		}
	}
	return ""
}
