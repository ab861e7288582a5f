package resolve

import (
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// checkMethods adds a problem if nobody could sign in to the collection any more, or if PocketBase would refuse it.
func checkMethods(now, then *link.CollectionState, problems *report.Problems) {
	field := "pocketbase.enabled"
	if now.TurnsOff(then) {
		field = "pocketbase.otp"
		if password := link.MethodAttrs()[0]; password.Answer(now) != "" && password.Answer(then) == "" {
			field = password.Spec
		}
	}
	switch {
	case then.Closed() && !now.Closed():
		problems.Add(field, say.Of("Nobody could sign in to %s any more: passwords, one-time passwords and OAuth2 "+
			"would all be off.", then.Name), say.Of("Leave one of them on."))
	case then.MFAEnabled && then.WaysIn() < 2 && then.WaysIn() < now.WaysIn():
		problems.Add(field, say.Of("Multi-factor authentication is on in %s and needs two ways to sign in. Only one "+
			"would be left, so PocketBase would refuse the change.", then.Name),
			say.Of("Turn multi-factor authentication off in PocketBase first, or leave another way on."))
	}
}
