package checks

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// fetch requests a page without the token, once in a moment.
func (c *Checker) fetch(ctx context.Context, address string, whole func(wire.Answer) bool) rest.Answer {
	return rest.Answer{Answer: wire.Share(ctx, rest.AnonymousKey(address), func() wire.Answer {
		return c.sendAnonymously(ctx, http.MethodGet, address, nil, whole).Answer
	})}
}

// sendAnonymously sends a request without the token and retries it. The request must change nothing.
func (c *Checker) sendAnonymously(ctx context.Context, method, address string, form url.Values,
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

// askRevoke sends client ID and secret to revoke with an unknown token. The response shows whether they are
// correct, independently of grants and redirect URIs.
func (m *measured) askRevoke(ctx context.Context) rest.Answer {
	if !m.d.Provider.ClientSecret.IsSet() {
		return rest.Answer{}
	}
	// In the form, because a colon in the client ID would break basic authentication.
	form := url.Values{"token": {"authpocket-check-" + nonce()}, "client_id": {m.d.Provider.ClientID},
		"client_secret": {m.d.Provider.ClientSecret.Reveal()}}
	return m.c.sendAnonymously(ctx, http.MethodPost, m.d.AuthentikURL+"/application/o/revoke/", form, wire.JSON)
}

// outcome returns a short description of a response, for evidence.
func outcome(a rest.Answer) say.Text {
	switch {
	case a.Err != nil:
		return say.Of("no answer, %s", outbound.Reason(a.Err))
	case a.Status >= 300 && a.Status < 400:
		return say.Of("%d, a redirect to %s", a.Status, rest.WithoutQuery(a.Header.Get("Location")))
	case a.HTML():
		return say.Of("%d, a web page", a.Status)
	}
	return say.Raw(strconv.Itoa(a.Status))
}

// unreachable fails the check because there was no complete response.
func (m *measured) unreachable(check *report.Check, asked say.Text, a rest.Answer) *report.Check {
	return check.Fails(report.CauseUnreachable, say.Of("%s: %s.", asked, outcome(a)),
		say.Of("Check that authentik can be reached at %s, from here and from PocketBase.", m.d.AuthentikURL))
}
