package view

import "authpocket/internal/link"

// EmailOption is one answer to the question that only the admin can answer.
type EmailOption struct {
	Decision link.EmailDecision
	Label    string
	Risk     string
}

// EmailOptions are the answers, in the order of the page.
func EmailOptions() []EmailOption {
	return []EmailOption{
		{link.EmailTrustAll, "Trust every address",
			"Right where only admins or your directory set people's addresses. Whoever can set an address in " +
				"authentik gets into the PocketBase account that has it."},
		{link.EmailTrustAttribute, "Trust addresses that are marked as verified",
			"Only for people whose user in authentik has the attribute email_verified set to true. You or your " +
				"enrolment flow set it."},
		{link.EmailLeave, "Leave authentik's answer",
			"authentik says “not verified” for everyone. Safe, but PocketBase then does not take the address."},
	}
}

// EmailLabel is the answer in the words of the question, empty for none.
func EmailLabel(d link.EmailDecision) string {
	for _, o := range EmailOptions() {
		if o.Decision == d {
			return o.Label
		}
	}
	return ""
}
