package connections

import (
	"net/http"

	"authpocket/internal/address"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/door"
	"authpocket/web/session"
)

// mistaken returns the problem of an address that is the wizard's own or the other
// system's, before any request is sent. The address that the program was started
// with only counts where no credentials were entered: it may be the mistake.
func (h *Handlers) mistaken(r *http.Request, sess *session.Session, system report.System, address string,
	typed bool) report.Problems {
	p, other, known := sess.Look(), report.PB, ""
	if !typed {
		known = h.Prefill.PocketBaseURL
	}
	if p.PocketBase != nil {
		known = p.PocketBase.Login.URL
	}
	if system == report.PB {
		if other, known = report.Authentik, ""; p.Authentik != nil {
			known = p.Authentik.Login.URL
		}
	}
	var wrong say.Text
	switch {
	case address == "":
		return nil
	case door.IsOwn(r, address):
		wrong = say.Of("This is the address of this wizard, not of %s.", system.Label())
	case known != "" && address == known:
		wrong = say.Of("This is the address of your %s, not of %s.", other.Label(), system.Label())
	default:
		return nil
	}
	return report.Problems{{
		Field: string(system) + ".url", Summary: wrong,
		Todo: say.Of("Enter %s's own address.", system.Label()),
	}}
}

// sameAddress reports whether an address as typed is that of a connection.
func sameAddress(typed, base string) bool {
	parsed, err := address.Parse(typed)
	return err == nil && parsed == base
}
