package pocketbase

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/link"
)

// reach makes the first contact, without credentials: is there a PocketBase
// at the address? coop tells whether the answer had the header that
// PocketBase sends since 0.40.0.
func (w wire) reach(ctx context.Context) (coop bool, f *link.Fault) {
	a, err := w.send(ctx, call{path: "/api/health"})
	if err != nil {
		return false, unreachable(w.base, err)
	}
	if f := w.foreign(a); f != nil {
		return false, f
	}
	return a.header.Get("Cross-Origin-Opener-Policy") != "", nil
}

// healthy is what every PocketBase since 0.10 answers at /api/health.
const healthy = "API is healthy."

// foreign says what else answered, or nil where it was a PocketBase.
func (w wire) foreign(a answer) *link.Fault {
	var health struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	}
	switch {
	case isAuthentik(a):
		return fault(link.FaultNotThis, fieldURL, "This is the address of an authentik, not of a PocketBase.", "Enter the address of PocketBase here.", a.err())
	case a.status >= 300 && a.status < 400:
		return redirected(w.base, a)
	case a.status == http.StatusNotFound:
		return fault(link.FaultNotThis, fieldURL, "What answers at "+w.base+" is not a PocketBase: it has no "+a.call.path+".", "Check the address. If PocketBase is served below a path, put that path behind the host.", a.err())
	case a.status != http.StatusOK:
		return stranger(w.base, a)
	case a.decode(&health) != nil || health.Code != http.StatusOK || health.Message != healthy:
		return stranger(w.base, a)
	}
	return nil
}

// stranger is for answers of something that is not a PocketBase, or of
// something that stands before one.
func stranger(base string, a answer) *link.Fault {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired,
		http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f := webAnswer(a)
		f.Field = fieldURL
		return f
	}
	what := "something that is not PocketBase's"
	if a.html() {
		what = "a web page"
	}
	return fault(link.FaultNotThis, fieldURL, "What answers at "+base+" is not a PocketBase: "+a.call.path+" gave "+what+".", "Check the address: it is the one in front of /_/ when the dashboard is open.", a.err())
}

// isAuthentik recognises the header that authentik's server adds.
func isAuthentik(a answer) bool {
	return strings.EqualFold(a.header.Get("X-Powered-By"), "authentik") || a.header.Get("X-Authentik-Id") != ""
}

// checkAge refuses a PocketBase older than 0.23, which has other accounts,
// other addresses and keeps OAuth2 in the settings of the whole server.
func (w wire) checkAge(ctx context.Context, version string) *link.Fault {
	if parseRelease(version).before(minimum) {
		return tooOld(version)
	}
	if version != "" {
		return nil
	}
	a, err := w.send(ctx, call{path: "/api/nope"})
	if err != nil {
		return unreachable(w.base, err)
	}
	var shape struct{ Code, Status int }
	if a.decode(&shape) == nil && shape.Code == http.StatusNotFound && shape.Status == 0 {
		return tooOld("")
	}
	return nil
}

func tooOld(version string) *link.Fault {
	summary := "This PocketBase is older than 0.23."
	if version != "" {
		summary = "This is PocketBase " + version + ", which is older than 0.23."
	}
	return fault(link.FaultTooOld, fieldURL, summary+" Before 0.23 there are no superusers and no OAuth2 settings of a collection, which authpocket works with.",
		"Upgrade PocketBase to 0.23 or later; 0.37.4 or later is best.", errors.New("older than 0.23"))
}
