package checks

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/wire"
)

// fetch asks a page outside the API, as a stranger does.
func (c Checker) fetch(ctx context.Context, address string, whole func(wire.Answer) bool) rest.Answer {
	return c.asStranger(ctx, http.MethodGet, address, nil, whole)
}

// asStranger sends a request without the token, and again where that may help:
// it changes nothing.
func (c Checker) asStranger(ctx context.Context, method, address string, form url.Values,
	whole func(wire.Answer) bool) rest.Answer {
	return rest.Answer{Answer: c.Reads.Repeat(ctx, whole, func(ctx context.Context) wire.Answer {
		r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
		if err != nil {
			return wire.Answer{Err: err}
		}
		r.Header.Set("Accept-Language", "en")
		r.Header.Set("User-Agent", "authpocket")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return wire.Do(c.HTTP.Do, r)
	})}
}

// askRevoke gives the client id and secret with a token that nobody has. It
// tells whether they are right whatever grants and redirect URIs there are.
func (m *measured) askRevoke(ctx context.Context) rest.Answer {
	if !m.d.Provider.ClientSecret.IsSet() {
		return rest.Answer{}
	}
	// In the form, for a client ID may have the colon that ends a user name.
	form := url.Values{"token": {"authpocket-check-" + nonce()}, "client_id": {m.d.Provider.ClientID},
		"client_secret": {m.d.Provider.ClientSecret.Reveal()}}
	return m.c.asStranger(ctx, http.MethodPost, m.d.AuthentikURL+"/application/o/revoke/", form, wire.JSON)
}

// outcome is an answer in a few words, for evidence.
func outcome(a rest.Answer) string {
	switch {
	case a.Err != nil:
		return "no answer, " + outbound.Reason(a.Err)
	case a.Status >= 300 && a.Status < 400:
		return strconv.Itoa(a.Status) + ", a redirect to " + rest.WithoutQuery(a.Header.Get("Location"))
	case a.HTML():
		return strconv.Itoa(a.Status) + ", a web page"
	}
	return strconv.Itoa(a.Status)
}

// unreachable is the check's outcome where there was no whole answer.
func (m *measured) unreachable(check link.Check, asked string, a rest.Answer) link.Check {
	return fail(check, link.CauseUnreachable, asked+": "+outcome(a)+".",
		"Check that authentik can be reached at "+m.d.AuthentikURL+", from here and from PocketBase.")
}
