package rest

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// NewFault returns a fault of PocketBase.
func NewFault(kind report.FaultKind, field string, summary, todo say.Text, err error) *report.Fault {
	return &report.Fault{System: report.PB, Kind: kind, Field: field, Summary: summary, Todo: todo, Err: err}
}

// Bug returns the fault for a caller's mistake: a change that cannot be carried out. Nothing was sent.
func Bug(summary say.Text) *report.Fault {
	return NewFault(report.FaultOther, "", summary, say.Of("Plan again."),
		errors.New("the change is not fit to be carried out"))
}

// Unreachable returns the fault for a request that got no answer.
func Unreachable(base string, err error) *report.Fault {
	todo := say.Of("Check the address, and that PocketBase is running and reachable from here.")
	switch {
	case errors.Is(err, wire.ErrListTooLarge):
		return NewFault(report.FaultOther, "", say.Of("A list in PocketBase is larger than 64 MB."),
			say.Of("This is more than authpocket reads. Delete what you no longer need in PocketBase, then try "+
				"again."), err)
	case errors.Is(err, outbound.ErrBodyTooLarge):
		return NewFault(report.FaultNotThis, fieldURL, say.Of("%s is not a PocketBase: its answer is larger than 8 MB.",
			base),
			say.Of("Check the address."), err)
	case errors.Is(err, outbound.ErrAddressRefused), errors.Is(err, outbound.ErrElsewhere):
		todo = say.Of("Enter PocketBase's own address.")
	default:
		todo = cmp.Or(outbound.CertificateTodo("PocketBase", err), todo)
	}
	return NewFault(report.FaultUnreachable, fieldURL, say.Of("PocketBase at %s gave no answer: %s.", base,
		outbound.Reason(err)),
		todo, err)
}

// NotPocketBase returns the fault for an answer that no PocketBase gives.
func NotPocketBase(a Answer, err error) *report.Fault {
	if err == nil {
		err = a.Outcome()
	}
	summary := say.Of("The answer to %s did not come from PocketBase.", a.Call())
	if a.HTML() {
		summary = say.Of("The answer to %s is a web page, not data from PocketBase.", a.Call())
	}
	return NewFault(report.FaultNotThis, fieldURL, summary,
		say.Of("Check the address. If there is a proxy in front of PocketBase, let it pass everything under /api/."),
		err)
}

// Unexpected returns the fault for a superuser's call that did not get the expected answer.
func (c *Client) Unexpected(a Answer) *report.Fault {
	message, list := ReadError(a.Body)
	switch {
	case a.Err != nil:
		return Unreachable(c.cfg.URL, a.Err)
	case a.Status >= 300 && a.Status < 400:
		return redirected(c.cfg.URL, a)
	case a.HTML() || message == "" && len(list) == 0 && a.Status < 500:
		return WebAnswer(a)
	case a.Status == http.StatusUnauthorized:
		return c.signedOut(a)
	case a.Status == http.StatusForbidden:
		return c.forbidden(a, message)
	}
	return GeneralFault(a, message, list)
}

// signedOut returns the fault for a superuser's call that PocketBase treated as a guest's.
func (c *Client) signedOut(a Answer) *report.Fault {
	summary := say.Of("PocketBase no longer accepts the superuser's sign-in.")
	if at := c.identity.Expires; !at.IsZero() && at.Before(time.Now()) {
		summary = say.Of("The superuser's token expired on %s.", say.Moment(at))
	}
	return NewFault(report.FaultToken, c.cfg.credentialField(), summary, say.Of("Connect to PocketBase again."),
		a.Outcome())
}

func (c *Client) forbidden(a Answer, message string) *report.Fault {
	summary := say.Of("PocketBase does not allow the superuser to do this.")
	if message != "" {
		summary = say.Of("PocketBase does not allow the superuser to do this: “%s”.", message)
	}
	return NewFault(report.FaultPermission, c.cfg.credentialField(), summary,
		say.Of("Check that this machine's address is on the superuser IP list of PocketBase's settings, and "+
			"that the token is a superuser's."), a.Outcome())
}

// GeneralFault returns the fault for a status that means the same in any call.
func GeneralFault(a Answer, message string, list []Complaint) *report.Fault {
	said := saying(message, list)
	switch a.Status {
	case http.StatusNotFound:
		return NewFault(report.FaultStale, "", or(said, say.Of("PocketBase has nothing at %s.", a.Path),
			say.Of("PocketBase has nothing at %s: %s", a.Path, said)),
			say.Of("It may have been deleted or renamed. Plan again."), a.Outcome())
	case http.StatusTooManyRequests:
		return tooMany(a)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return NewFault(report.FaultUnreachable, fieldURL, say.Of("The proxy in front of PocketBase cannot reach it."),
			say.Of("Check that PocketBase is running, then try again."), a.Outcome())
	}
	if a.Status >= 500 {
		return NewFault(report.FaultOther, "", or(said, say.Of("PocketBase had an internal error on %s.", a.Call()),
			say.Of("PocketBase had an internal error on %s: %s", a.Call(), said)),
			say.Of("See PocketBase's log for the reason (Dashboard › Logs)."), a.Outcome())
	}
	return NewFault(report.FaultRefused, "", or(said, say.Of("PocketBase refused %s.", a.Call()),
		say.Of("PocketBase refused %s: %s", a.Call(), said)), say.Of("Fix what it names, then try again."), a.Outcome())
}

// or returns silent if the server said nothing.
func or(said string, silent, told say.Text) say.Text {
	if said == "" {
		return silent
	}
	return told
}

// saying returns the server's message as a sentence, empty for none.
func saying(message string, list []Complaint) string {
	parts := make([]string, 0, 1+len(list))
	if message != "" {
		parts = append(parts, message)
	}
	for _, one := range list {
		parts = append(parts, Sentence(one.String()))
	}
	return Sentence(strings.Join(parts, " "))
}

func tooMany(a Answer) *report.Fault {
	todo := say.Of("Wait a minute and try again.")
	if wait, ok := outbound.RetryAfter(a.Header, time.Now()); ok && wait > 0 {
		todo = say.Of("Try again in %s.", say.Span(wait.Round(time.Second)))
	}
	return NewFault(report.FaultThrottled, fieldURL, say.Of("PocketBase, or a proxy in front of it, is rate-limiting "+
		"requests."),
		todo,
		a.Outcome())
}

// redirected returns the fault for an unexpected redirect.
func redirected(base string, a Answer) *report.Fault {
	target, err := url.Parse(a.Header.Get("Location"))
	if own, parseErr := url.Parse(base); err == nil && parseErr == nil {
		target = own.ResolveReference(target)
		if target.Host == own.Host && target.Scheme == "https" && own.Scheme == "http" {
			return NewFault(report.FaultNotThis, fieldURL, say.Of("The address redirects to https."),
				say.Of("Enter it with https://: https://%s%s", own.Host, own.Path), a.Outcome())
		}
	}
	if err != nil || target.Host == "" {
		return NewFault(report.FaultNotThis, fieldURL, say.Of("The address redirects instead of answering."),
			say.Of("Enter PocketBase's own address."), a.Outcome())
	}
	if signInPage(target) {
		return NewFault(report.FaultNotThis, fieldURL, say.Of("The address redirects to a sign-in page at %s: a "+
			"proxy in front of PocketBase requires a sign-in.", target.Host),
			say.Of("Exempt everything under /api/ from that sign-in, or enter PocketBase's direct address."),
			a.Outcome())
	}
	return NewFault(report.FaultNotThis, fieldURL, say.Of("The address redirects to %s%s.", target.Host, target.Path),
		say.Of("Enter PocketBase's own address."), a.Outcome())
}

// signInPage reports whether u looks like the sign-in page of a forward-auth proxy.
func signInPage(u *url.URL) bool {
	path := strings.ToLower(u.Path)
	for _, part := range []string{"/outpost.goauthentik.io", "/if/flow", "/application/o/authorize", "login", "signin",
		"sign-in", "/oauth2/", "/auth"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

// WebAnswer returns the fault for a web page or other answer that a proxy gave in PocketBase's place.
func WebAnswer(a Answer) *report.Fault { return cmp.Or(proxys(a), NotPocketBase(a, nil)) }

// proxys returns the fault for a status that a proxy may have given, nil for any other.
func proxys(a Answer) *report.Fault {
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired:
		return NewFault(report.FaultNotThis, fieldURL, say.Of("A proxy in front of PocketBase refuses %s.", a.Call()),
			say.Of("Let everything under /api/ through, or enter PocketBase's direct address."), a.Outcome())
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return GeneralFault(a, "", nil)
	}
	return nil
}
