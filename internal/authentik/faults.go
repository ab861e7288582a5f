package authentik

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/wire"
)

const (
	fieldURL   = "authentik.url"
	fieldToken = "authentik.token"
)

// statusError is an answer that is not of success, for the log and for
// statusOf. It holds no body.
type statusError struct {
	what    string // that was asked for
	status  int
	request string // authentik's request id
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("asked for %s, it answered %d", e.what, e.status)
	if e.request != "" {
		s += ", request " + e.request
	}
	return s
}

// missingPermission says which permission a refused call lacked.
type missingPermission struct {
	perm string
	err  error
}

func (e *missingPermission) Error() string { return "lacking " + e.perm + ": " + e.err.Error() }

func (e *missingPermission) Unwrap() error { return e.err }

func errorOf(n need, a answer) error {
	if a.Err != nil {
		return a.Err
	}
	return &statusError{what: n.what, status: a.Status, request: plain(a.Header.Get("X-Authentik-Id"))}
}

// statusOf is the status behind a fault, 0 where there was no answer.
func statusOf(err error) int {
	if s, ok := errors.AsType[*statusError](err); ok {
		return s.status
	}
	return 0
}

func fault(kind link.FaultKind, field, summary, todo string, err error) *link.Fault {
	return &link.Fault{System: link.Authentik, Kind: kind, Field: field, Summary: summary, Todo: todo, Err: err}
}

// readFault puts the outcome of a read that failed into words.
func (c *Client) readFault(n need, a answer) *link.Fault {
	if f := c.generalFault(n, a); f != nil {
		return f
	}
	err := errorOf(n, a)
	switch {
	case a.Status == http.StatusForbidden:
		return forbidden("The authentik token may not read "+n.what+".", n, err)
	case a.Status == http.StatusNotFound:
		return fault(link.FaultOther, n.field, "authentik has no such "+n.what+".",
			"It may have been deleted, or the token may not see it.", err)
	}
	summary := "authentik refused to show " + n.what + "."
	if words := sentences(a); words != "" {
		summary += " It says: " + words
	}
	return fault(link.FaultRefused, n.field, summary, "Check the value and try again.", err)
}

// generalFault knows the outcomes that have nothing to do with what was
// asked; nil for all others.
func (c *Client) generalFault(n need, a answer) *link.Fault {
	err := errorOf(n, a)
	switch {
	case errors.Is(a.Err, wire.ErrListTooLarge):
		return tooMany("authentik has more than 64 MB of "+n.what+".", err)
	case a.Err != nil:
		return c.noAnswer(a.Err)
	case a.Status >= 300 && a.Status < 400:
		return c.redirected(n, a)
	case a.Status == http.StatusUnauthorized:
		return fault(link.FaultNotThis, fieldURL, "A proxy in front of "+c.host()+" requires its own sign-in.",
			"Enter an address that reaches authentik directly, or exempt authpocket from that sign-in.", err)
	case a.Status == http.StatusForbidden:
		return tokenFault(n, a)
	case a.Status == http.StatusNotFound && a.HTML():
		return fault(link.FaultNotThis, fieldURL, "There is no authentik API at "+c.URL+".",
			"Enter the address that authentik's own pages begin with.", err)
	case a.Status == http.StatusTooManyRequests:
		return fault(link.FaultOther, "", "authentik is throttling requests.", "Wait a minute, then try again.", err)
	case a.Status == http.StatusServiceUnavailable:
		return fault(link.FaultUnreachable, fieldURL, "authentik at "+c.host()+" is starting or overloaded.",
			"Wait a minute, then try again.", err)
	case a.Status == http.StatusBadGateway || a.Status == http.StatusGatewayTimeout:
		return fault(link.FaultUnreachable, fieldURL, "The proxy in front of authentik at "+c.host()+
			" gets no answer from it.",
			"Check that authentik is running, then try again.", err)
	case a.Status >= 500:
		return fault(link.FaultOther, "", "authentik had an internal error.",
			"Check authentik's server log"+requestHint(a)+", then try again.", err)
	}
	return nil
}

func requestHint(a answer) string {
	if id := plain(a.Header.Get("X-Authentik-Id")); id != "" {
		return " for the request " + id
	}
	return ""
}

func (c *Client) noAnswer(err error) *link.Fault {
	todo := "Check the address, and that authentik is running and reachable from here."
	switch {
	case errors.Is(err, context.Canceled):
		todo = "Start again when you are ready."
	case errors.Is(err, outbound.ErrBodyTooLarge):
		return fault(link.FaultNotThis, fieldURL, c.host()+" sent an answer larger than 8 MB.",
			"Check that the address is authentik's own.", err)
	case errors.Is(err, outbound.ErrAddressRefused):
		todo = "Enter authentik's own address."
	default:
		todo = cmp.Or(outbound.CertificateTodo("authentik", err), todo)
	}
	return fault(link.FaultUnreachable, fieldURL, "authentik at "+c.host()+" cannot be reached: "+outbound.Reason(err)+
		".", todo, err)
}

func (c *Client) redirected(n need, a answer) *link.Fault {
	err := errorOf(n, a)
	to, parseErr := url.Parse(a.Header.Get("Location"))
	if base, e := url.Parse(c.URL); parseErr == nil && e == nil {
		to = base.ResolveReference(to)
		if before, isAPI := apiBase(to); isAPI && before != c.URL {
			return fault(link.FaultNotThis, fieldURL, c.URL+" redirects to "+before+".", "Enter "+before+".", err)
		}
	}
	where := "another page"
	if parseErr == nil && to.Host != "" {
		where = "a page at " + plain(to.Host)
	}
	return fault(link.FaultNotThis, fieldURL, c.URL+" redirects to "+where+
		" instead of answering, as a login proxy does.",
		"Enter an address that reaches authentik directly, or exempt /api/v3/ from that login.", err)
}

// apiBase is the address that u is an API call of.
func apiBase(u *url.URL) (string, bool) {
	before, _, found := strings.Cut(u.Path, "/api/v3/")
	return u.Scheme + "://" + u.Host + before, found
}

// tokenFault tells a token that is refused from one that lacks a permission,
// for authentik answers both with 403; nil for the latter.
func tokenFault(n need, a answer) *link.Fault {
	o, isObject := a.object()
	detail := strings.ToLower(o.text("detail"))
	switch {
	case !isObject:
		return fault(link.FaultNotThis, fieldURL, "Something in front of authentik refused the request.",
			"Allow authpocket through the proxy or firewall in front of authentik.", errorOf(n, a))
	case strings.Contains(detail, "not provided"):
		return fault(link.FaultToken, fieldToken, "The token did not reach authentik.",
			"Configure the proxy in front of authentik to pass the Authorization header.", errorOf(n, a))
	case strings.Contains(detail, "token"):
		return fault(link.FaultToken, fieldToken, "authentik does not accept this token.",
			"It is wrong, expired or rotated, or it is an app password. In authentik, open Directory › Tokens and "+
				"App passwords and copy a token with the intent API Token.", errorOf(n, a))
	}
	return nil
}

func forbidden(summary string, n need, err error) *link.Fault {
	todo := "Use the token of an account that has this permission."
	if n.perm != "" {
		todo = "Give the token's role the permission " + n.perm + "."
		err = &missingPermission{perm: n.perm, err: err}
	}
	return fault(link.FaultPermission, n.field, summary, todo, err)
}

// unreadable is for an answer of success that is not authentik's.
func (c *Client) unreadable(n need, a answer) *link.Fault {
	if a.HTML() {
		return fault(link.FaultNotThis, fieldURL, c.URL+" answers with a web page instead of API data.",
			"Check the address. If a login page or proxy is in front of authentik, exempt /api/v3/ from it.", errorOf(n,
				a))
	}
	return fault(link.FaultNotThis, fieldURL, "The answer from "+c.host()+" about "+n.what+" cannot be read.",
		"Check that the address is authentik's, then try again.", errorOf(n, a))
}

// sentences are all complaints of a refusal in one line, empty for none.
func sentences(a answer) string {
	if a.HTML() {
		return ""
	}
	var lines []string
	for _, c := range complaints(a.Body) {
		line := c.text
		if len(c.path) > 0 {
			line = strings.Join(c.path, " ") + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}
