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
			"Safe if only admins or your directory can set e-mail addresses. Anyone who can set an address in " +
				"authentik can sign in to the PocketBase account with that address."},
		{link.EmailTrustAttribute, "Trust addresses marked as verified",
			"Only for users with the attribute email_verified set to true in authentik. You or your enrollment " +
				"flow set it."},
		{link.EmailLeave, "Keep addresses unverified",
			"authentik reports every address as unverified. Safe, but PocketBase does not store the address."},
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
