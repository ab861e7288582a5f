package plans

import (
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// lifetimes returns warnings of codes and tokens that expire before anything can use them.
func lifetimes(d *link.Desired) (w link.Warnings) {
	for _, one := range d.Provider.Lifetimes(!d.Slot.IDTokenMode()) {
		lasts, ok := link.ParseDuration(one.Text)
		if !ok || lasts >= one.Enough {
			continue
		}
		outcome := say.Of("Over a slow connection sign-ins fail.")
		switch {
		case !one.Needed:
			outcome = say.Of("PocketBase uses no refresh tokens, but other clients of this provider may.")
		case lasts <= one.Useless:
			outcome = say.Of("Every sign-in fails.")
		}
		w.Add(report.WarnShortValidity, report.Authentik, say.Of("%s is “%s”, which is too short to use.",
			one.Label.Text(), one.Text), say.Join(outcome, one.Longer()))
	}
	return w
}
