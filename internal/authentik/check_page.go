package authentik

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
)

// fetch asks a page outside the API, as a stranger does.
func (c *Client) fetch(ctx context.Context, address string) answer {
	return c.retried(ctx, func() answer {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return answer{err: err}
		}
		return c.do(r)
	})
}

// do sends a request without the token and reads the whole answer.
func (c *Client) do(r *http.Request) answer {
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("User-Agent", "authpocket")
	res, err := c.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }() // read to its end or given up
	a := answer{status: res.StatusCode, header: res.Header}
	a.body, a.err = io.ReadAll(res.Body)
	return a
}

// askRevoke gives the client id and secret with a token that nobody has. It
// tells whether they are right whatever grants and redirect URIs there are.
func (m *measured) askRevoke(ctx context.Context) answer {
	if !m.d.Provider.ClientSecret.IsSet() {
		return answer{}
	}
	return m.c.retried(ctx, func() answer {
		// In the form, for a client ID may have the colon that ends a user name.
		form := url.Values{"token": {"authpocket-check-" + nonce()}, "client_id": {m.d.Provider.ClientID}, "client_secret": {m.d.Provider.ClientSecret.Reveal()}}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.d.AuthentikURL+"/application/o/revoke/", strings.NewReader(form.Encode()))
		if err != nil {
			return answer{err: err}
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return m.c.do(r)
	})
}

// outcome is an answer in a few words, for evidence.
func outcome(a answer) string {
	switch {
	case a.err != nil:
		return "no answer, " + outbound.Reason(a.err)
	case a.status >= 300 && a.status < 400:
		return strconv.Itoa(a.status) + ", a redirect to " + withoutQuery(a.header.Get("Location"))
	case a.html():
		return strconv.Itoa(a.status) + ", a web page"
	}
	return strconv.Itoa(a.status)
}

func withoutQuery(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return plain(before)
}

// unreachable is the check's outcome where there was no whole answer.
func (m *measured) unreachable(check link.Check, asked string, a answer) link.Check {
	return fail(check, link.CauseUnreachable, asked+": "+outcome(a)+".",
		"Check that authentik can be reached at "+m.d.AuthentikURL+", from here and from PocketBase.")
}
