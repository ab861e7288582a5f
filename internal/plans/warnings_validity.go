package plans

import "authpocket/internal/link"

// lifetimes warns of codes and tokens that expire before anything can use them.
func (w *warner) lifetimes(d link.Desired) {
	for _, one := range d.Provider.Lifetimes(!d.Slot.IDTokenMode()) {
		lasts, ok := link.ParseDuration(one.Text)
		if !ok || lasts >= one.Enough {
			continue
		}
		outcome := "Over a slow connection sign-ins fail."
		switch {
		case !one.Needed:
			outcome = "PocketBase uses no refresh tokens, but other clients of this provider may."
		case lasts <= one.Useless:
			outcome = "Every sign-in fails."
		}
		w.add(link.WarnShortValidity, link.Authentik, one.Label+" is "+link.Quote(one.Text)+
			", which is too short to use.", outcome+" Enter "+one.Longer())
	}
}
