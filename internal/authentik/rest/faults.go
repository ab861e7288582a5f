package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// The form fields that faults belong to.
const (
	fieldURL   = "authentik.url"
	FieldToken = "authentik.token"
)

// StatusError is an error response, for the log and for StatusOf. It has no body.
type StatusError struct {
	What    string // what was requested
	Status  int
	request string // authentik's request ID
}

// Error returns the request and the status, for the log.
func (e *StatusError) Error() string {
	s := fmt.Sprintf("asked for %s, it answered %d", e.What, e.Status)
	if e.request != "" {
		s += ", request " + e.request
	}
	return s
}

// MissingPermission is the error of a call that lacks a permission.
type MissingPermission struct {
	Perm report.Permission
	err  error
}

// Error returns the permission and the call's error, for the log.
func (e *MissingPermission) Error() string { return "lacking " + string(e.Perm) + ": " + e.err.Error() }

// Unwrap returns the call's error.
func (e *MissingPermission) Unwrap() error { return e.err }

// ErrorOf returns the error of a call that did not succeed.
func ErrorOf(n Need, a Answer) error {
	if a.Err != nil {
		return a.Err
	}
	return &StatusError{What: n.What.String(), Status: a.Status, request: Plain(a.Header.Get("X-Authentik-Id"))}
}

// StatusOf returns the HTTP status behind an error, 0 if there was no response.
func StatusOf(err error) int {
	if s, ok := errors.AsType[*StatusError](err); ok {
		return s.Status
	}
	return 0
}

// NewFault returns a fault of authentik.
func NewFault(kind report.FaultKind, field string, summary, todo say.Text, err error) *report.Fault {
	return &report.Fault{System: report.Authentik, Kind: kind, Field: field, Summary: summary, Todo: todo, Err: err}
}

// readFault returns the fault for a failed read.
func (c *Client) readFault(n Need, a Answer) *report.Fault {
	if f := c.GeneralFault(n, a); f != nil {
		return f
	}
	err := ErrorOf(n, a)
	switch {
	case a.Status == http.StatusForbidden:
		return Forbidden(say.Of("The authentik token may not read %s.", n.What), n, err)
	case a.Status == http.StatusNotFound:
		return NewFault(report.FaultOther, n.Field, say.Of("authentik has no such %s.", n.What),
			say.Of("It may have been deleted, or the token may not see it."), err)
	}
	summary := say.Of("authentik refused to show %s.", n.What)
	if words := sentences(a); words != "" {
		summary = say.Join(summary, say.Of("It says: %s", words))
	}
	return NewFault(report.FaultRefused, n.Field, summary, say.Of("Check the value and try again."), err)
}

// GeneralFault returns the fault for failures that don't depend on the request, nil for others.
func (c *Client) GeneralFault(n Need, a Answer) *report.Fault {
	err := ErrorOf(n, a)
	switch {
	case errors.Is(a.Err, wire.ErrListTooLarge):
		return tooMany(say.Of("authentik has more than 64 MB of %s.", n.What), err)
	case a.Err != nil:
		return c.NoAnswer(a.Err)
	case a.Status >= 300 && a.Status < 400:
		return c.redirected(n, a)
	case a.Status == http.StatusUnauthorized:
		return NewFault(report.FaultNotThis, fieldURL, say.Of("A proxy in front of %s requires its own sign-in.",
			c.host()),
			say.Of("Enter an address that reaches authentik directly, or exempt authpocket from that sign-in."), err)
	case a.Status == http.StatusForbidden:
		return tokenFault(n, a)
	case a.Status == http.StatusNotFound && a.HTML():
		return NewFault(report.FaultNotThis, fieldURL, say.Of("There is no authentik API at %s.", c.URL),
			say.Of("Enter the address that authentik's own pages begin with."), err)
	case a.Status == http.StatusTooManyRequests:
		return NewFault(report.FaultThrottled, "", say.Of("authentik is throttling requests."),
			say.Of("Wait a minute, then try again."), err)
	case a.Status == http.StatusServiceUnavailable:
		return NewFault(report.FaultUnreachable, fieldURL, say.Of("authentik at %s is starting or overloaded.",
			c.host()),
			say.Of("Wait a minute, then try again."), err)
	case a.Status == http.StatusBadGateway || a.Status == http.StatusGatewayTimeout:
		return NewFault(report.FaultUnreachable, fieldURL, say.Of("The proxy in front of authentik at %s gets no "+
			"answer from it.", c.host()),
			say.Of("Check that authentik is running, then try again."), err)
	case a.Status >= 500:
		return NewFault(report.FaultOther, "", say.Of("authentik had an internal error."), CheckLog(a), err)
	}
	return nil
}

// CheckLog returns the advice to look into authentik's log, with the request's ID if there is one.
func CheckLog(a Answer) say.Text {
	if id := Plain(a.Header.Get("X-Authentik-Id")); id != "" {
		return say.Of("Check authentik's server log for the request %s, then try again.", id)
	}
	return say.Of("Check authentik's server log, then try again.")
}

// NoAnswer returns the fault for a call without a complete response.
func (c *Client) NoAnswer(err error) *report.Fault {
	todo := say.Of("Check the address, and that authentik is running and reachable from here.")
	switch {
	case errors.Is(err, context.Canceled):
		todo = say.Of("Start again when you are ready.")
	case errors.Is(err, outbound.ErrBodyTooLarge):
		return NewFault(report.FaultNotThis, fieldURL, say.Of("%s sent an answer larger than 8 MB.", c.host()),
			say.Of("Check that the address is authentik's own."), err)
	case errors.Is(err, outbound.ErrAddressRefused), errors.Is(err, outbound.ErrElsewhere):
		todo = say.Of("Enter authentik's own address.")
	default:
		if certificate := outbound.CertificateTodo("authentik", err); !certificate.Empty() {
			todo = certificate
		}
	}
	return NewFault(report.FaultUnreachable, fieldURL, say.Of("authentik at %s cannot be reached: %s.", c.host(),
		outbound.Reason(err)), todo, err)
}

func (c *Client) redirected(n Need, a Answer) *report.Fault {
	err := ErrorOf(n, a)
	to, parseErr := url.Parse(a.Header.Get("Location"))
	if base, e := url.Parse(c.URL); parseErr == nil && e == nil {
		to = base.ResolveReference(to)
		if before, isAPI := apiBase(to); isAPI && before != c.URL {
			return NewFault(report.FaultNotThis, fieldURL, say.Of("%s redirects to %s.", c.URL, before),
				say.Of("Enter %s.", before), err)
		}
	}
	redirects := say.Of("%s redirects to another page instead of answering, as a login proxy does.", c.URL)
	if parseErr == nil && to.Host != "" {
		redirects = say.Of("%s redirects to a page at %s instead of answering, as a login proxy does.", c.URL,
			Plain(to.Host))
	}
	return NewFault(report.FaultNotThis, fieldURL, redirects,
		say.Of("Enter an address that reaches authentik directly, or exempt /api/v3/ from that login."), err)
}

// apiBase returns the base address of an API URL, false if u is none.
func apiBase(u *url.URL) (string, bool) {
	before, _, found := strings.Cut(u.Path, "/api/v3/")
	return u.Scheme + "://" + u.Host + before, found
}

// tokenFault returns the fault for a rejected token, nil if the token only lacks a permission. authentik
// returns 403 for both.
func tokenFault(n Need, a Answer) *report.Fault {
	o, isObject := a.Object()
	detail := strings.ToLower(o.Text("detail"))
	switch {
	case !isObject:
		return NewFault(report.FaultNotThis, fieldURL, say.Of("Something in front of authentik refused the request."),
			say.Of("Allow authpocket through the proxy or firewall in front of authentik."), ErrorOf(n, a))
	case strings.Contains(detail, "not provided"):
		return NewFault(report.FaultToken, FieldToken, say.Of("The token did not reach authentik."),
			say.Of("Configure the proxy in front of authentik to pass the Authorization header."), ErrorOf(n, a))
	case strings.Contains(detail, "token"):
		return NewFault(report.FaultToken, FieldToken, say.Of("authentik does not accept this token."),
			say.Of("It is wrong, expired or rotated, or it is an app password. In authentik, open Directory › "+
				"Tokens and App passwords and copy a token with the intent API Token."), ErrorOf(n, a))
	}
	return nil
}

// Forbidden returns the fault for a call that the token may not make.
func Forbidden(summary say.Text, n Need, err error) *report.Fault {
	todo := say.Of("Use the token of an account that has this permission.")
	if n.Perm != "" {
		todo = say.Of("Give the token's role the permission %s.", string(n.Perm))
		err = &MissingPermission{Perm: n.Perm, err: err}
	}
	return NewFault(report.FaultPermission, n.Field, summary, todo, err)
}

// NotResult returns the fault for a response that tells nothing of what was asked for: a failure that does not depend
// on the request, or another program's page. It is nil for others.
func (c *Client) NotResult(n Need, a Answer) *report.Fault {
	if f := c.GeneralFault(n, a); f != nil || !a.HTML() || a.Status >= 300 {
		return f
	}
	return c.unreadable(n, a)
}

// unreadable returns the fault for a successful response that is not authentik's.
func (c *Client) unreadable(n Need, a Answer) *report.Fault {
	if a.HTML() {
		return NewFault(report.FaultNotThis, fieldURL, say.Of("%s answers with a web page instead of API data.", c.URL),
			say.Of("Check the address. If a login page or proxy is in front of authentik, exempt /api/v3/ from it."),
			ErrorOf(n,
				a))
	}
	return NewFault(report.FaultNotThis, fieldURL, say.Of("The answer from %s about %s cannot be read.", c.host(),
		n.What),
		say.Of("Check that the address is authentik's, then try again."), ErrorOf(n, a))
}

// sentences returns all validation errors in one line, empty for none.
func sentences(a Answer) string {
	if a.HTML() {
		return ""
	}
	var lines []string
	for _, c := range Complaints(a.Body) {
		line := c.Text
		if len(c.Path) > 0 {
			line = strings.Join(c.Path, " ") + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}
