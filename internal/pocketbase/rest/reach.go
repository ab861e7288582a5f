package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// reach checks, without credentials, that a PocketBase answers at the address. coop reports whether the answer had the
// header that PocketBase sends since 0.40.0.
func (w transport) reach(ctx context.Context) (coop bool, f *report.Fault) {
	a := w.Read(ctx, Call{Path: "/api/health"})
	if f := w.foreign(a); f != nil {
		return false, f
	}
	return a.Header.Get("Cross-Origin-Opener-Policy") != "", nil
}

// healthy is the message of every PocketBase since 0.10 at /api/health.
const healthy = "API is healthy."

// foreign returns the fault for an answer from anything but a PocketBase, or nil.
func (w transport) foreign(a Answer) *report.Fault {
	var health struct {
		Code, Status int
		Message      string
	}
	switch {
	case a.Err != nil:
		return Unreachable(w.base, a.Err)
	case isAuthentik(a):
		return NewFault(report.FaultNotThis, fieldURL, say.Of("This is authentik's address, not PocketBase's."),
			say.Of("Enter PocketBase's address here."), a.Outcome())
	case a.Status >= 300 && a.Status < 400:
		return redirected(w.base, a)
	case a.Status == http.StatusNotFound:
		return NewFault(report.FaultNotThis, fieldURL, say.Of("%s is not a PocketBase: it has no %s.", w.base, a.Path),
			say.Of("Check the address. If PocketBase is served below a path, add that path after the host."),
			a.Outcome())
	case a.Status >= http.StatusInternalServerError && a.Decode(&health) == nil && health.Status == a.Status:
		f := GeneralFault(a, "", nil)
		f.Field = fieldURL
		return f
	case a.Status != http.StatusOK:
		return stranger(w.base, a)
	case a.Decode(&health) != nil || health.Code != http.StatusOK || health.Message != healthy:
		return stranger(w.base, a)
	}
	return nil
}

// stranger returns the fault for an answer from another server, or from a proxy in front of PocketBase.
func stranger(base string, a Answer) *report.Fault {
	if f := proxys(a); f != nil {
		f.Field = fieldURL
		return f
	}
	what := say.Of("something else")
	if a.HTML() {
		what = say.Of("a web page")
	}
	return NewFault(report.FaultNotThis, fieldURL, say.Of("%s is not a PocketBase: %s returned %s.", base, a.Path,
		what),
		say.Of("Check the address: it is the part before /_/ when the dashboard is open."), a.Outcome())
}

// isAuthentik reports whether the answer has one of the headers that authentik's server adds.
func isAuthentik(a Answer) bool {
	return strings.EqualFold(a.Header.Get("X-Powered-By"), "authentik") || a.Header.Get("X-Authentik-Id") != ""
}

// checkAge refuses a PocketBase older than 0.23: its accounts and API paths are different, and it keeps OAuth2 in the
// settings of the whole server.
func (w transport) checkAge(ctx context.Context, version string) *report.Fault {
	if ParseRelease(version).Before(minimum) {
		return tooOld(version)
	}
	if version != "" {
		return nil
	}
	a := w.Read(ctx, Call{Path: "/api/nope"})
	if a.Err != nil {
		return Unreachable(w.base, a.Err)
	}
	var shape struct{ Code, Status int }
	if a.Decode(&shape) == nil && shape.Code == http.StatusNotFound && shape.Status == 0 {
		return tooOld("")
	}
	return nil
}

func tooOld(version string) *report.Fault {
	summary := say.Of("This PocketBase is older than 0.23.")
	if version != "" {
		summary = say.Of("This is PocketBase %s, which is older than 0.23.", version)
	}
	return NewFault(report.FaultTooOld, fieldURL, say.Of("%s It has no superusers and no OAuth2 settings per "+
		"collection, which authpocket needs.", summary),
		say.Of("Upgrade to 0.23 or later, preferably 0.37.4 or later."), errors.New("older than 0.23"))
}
