package checks

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// probe is one redirect URI that was sent to authorize, with the response.
type probe struct {
	uri    string
	answer rest.Answer
}

func nonce() string { return rand.Text() }

// askProbes sends each wanted redirect URI to authorize with prompt=none, which starts no sign-in. It skips a
// provider without redirect URIs, because authentik would store the first one it receives.
func (m *measured) askProbes(ctx context.Context) {
	if !m.mayNotProbe().Empty() {
		return
	}
	for _, r := range m.d.Provider.RedirectURIs {
		if !r.Logout() && rest.RedirectMode(r) == link.RedirectStrict {
			m.probes = append(m.probes, probe{uri: r.URL})
		}
	}
	var group sync.WaitGroup
	for i := range m.probes {
		group.Go(func() { m.probes[i].answer = m.c.fetch(ctx, m.authorizeURL(m.probes[i].uri), wire.Answer.HTML) })
	}
	group.Wait()
}

// mayNotProbe returns the reason not to call authorize, empty for none.
func (m *measured) mayNotProbe() say.Text {
	switch {
	case m.live.provider == nil:
		return say.Join(m.live.missing, say.Of("authorize is not called without knowing the redirect URIs: a provider "+
			"that has none stores the first one it receives."))
	case len(m.live.state.RedirectURIs) == 0:
		return say.Of("The provider has no redirect URIs. It would store the first one that authorize receives.")
	case m.live.state.ClientID != m.d.Provider.ClientID:
		return say.Of("The provider's client ID is not the expected one, so authorize would answer for another " +
			"provider.")
	}
	return say.Text{}
}

func (m *measured) authorizeURL(uri string) string {
	return m.d.AuthentikURL + "/application/o/authorize/?" + url.Values{
		"response_type": {"code"}, "client_id": {m.d.Provider.ClientID}, "scope": {"openid email profile"},
		"redirect_uri": {uri}, "state": {nonce()}, "prompt": {"none"},
	}.Encode()
}

func (m *measured) judgeProbes() []report.Check {
	one := newCheck(report.CheckAuthentikRedirect, say.Of("authentik accepts the redirect URI"))
	if why := m.mayNotProbe(); !why.Empty() {
		if m.live.provider != nil && len(m.live.state.RedirectURIs) == 0 {
			return []report.Check{*one.Fails(report.CauseRedirectMismatch, why,
				say.Of("Add PocketBase's redirect URI to the provider."))}
		}
		return []report.Check{*one.Skips(why)}
	}
	if len(m.probes) == 0 {
		return []report.Check{*one.Skips(say.Of("No redirect URI uses strict matching, so none can be tested."))}
	}
	checks := make([]report.Check, len(m.probes))
	for i, p := range m.probes {
		check := *one
		if i > 0 {
			check.ID = check.ID.Nth(i + 1)
		}
		check.Title = say.Join(check.Title, say.Raw(p.uri))
		checks[i] = *m.judgeProbe(&check, p)
	}
	return checks
}

func (m *measured) judgeProbe(check *report.Check, p probe) *report.Check {
	asked := say.Of("Called authorize with %s and prompt=none", p.uri)
	if p.answer.Err != nil {
		return m.unreachable(check, asked, p.answer)
	}
	r := readProbe(p.answer, p.uri)
	evidence := say.Of("%s: %s.", asked, r.said)
	switch {
	case !r.accepted && r.cause == report.CauseRedirectMismatch:
		known := signin.NewMismatch(p.uri, signin.RedirectNames(m.live.state.RedirectURIs))
		return check.Fails(r.cause, say.Join(evidence, r.means, known.Text().Values(rest.Plain)), r.remedy)
	case !r.accepted:
		return check.Fails(r.cause, say.Join(evidence, r.means), r.remedy)
	case !m.hasRedirect(p.uri):
		return check.Fails(report.CauseRedirectMismatch, say.Join(evidence, say.Of("Another entry in the "+
			"provider's list matches it; the exact one is missing.")),
			say.Of("Plan and apply again to restore the exact redirect URI."))
	}
	return check.Passes(evidence)
}

// hasRedirect reports whether the provider's list has exactly that URI.
func (m *measured) hasRedirect(uri string) bool {
	for _, r := range m.live.state.RedirectURIs {
		if r.URL == uri && r.Mode == link.RedirectStrict && rest.RedirectType(r) == link.RedirectAuthorization {
			return true
		}
	}
	return false
}

// reading is the meaning of a response from authorize.
type reading struct {
	accepted    bool
	said, means say.Text
	remedy      say.Text
	cause       report.CauseID
}

// readProbe interprets a response to prompt=none. authentik's error pages have no codes, so they are recognised
// by their text.
func readProbe(a rest.Answer, uri string) reading {
	location := a.Header.Get("Location")
	if a.Status >= 300 && a.Status < 400 {
		if query, found := strings.CutPrefix(location, uri); found {
			return readRedirect(query)
		}
		return reading{said: outcome(a), cause: report.CauseHTMLInsteadOfJSON,
			means:  say.Of("It returned a sign-in page instead of an error."),
			remedy: say.Of("Check that no other login page is in front of authentik.")}
	}
	page := bytes.ToLower(a.Body)
	has := func(words string) bool { return bytes.Contains(page, []byte(words)) }
	switch {
	case a.Status == http.StatusBadRequest && (has("client id error") || has("client identifier")):
		return reading{said: say.Of("the page “Client ID Error”"), cause: report.CauseUnknownClient,
			means:  say.Of("No provider has this client ID."),
			remedy: say.Of("Plan and apply again to give both systems the same client ID.")}
	case a.Status == http.StatusBadRequest && (has("redirect uri error") || has("redirection uri")):
		return reading{said: say.Of("the page “Redirect URI Error”"), cause: report.CauseRedirectMismatch,
			means: say.Of("The provider's list does not have exactly this redirect URI, or its scheme is not " +
				"allowed."),
			remedy: say.Of("Add exactly this redirect URI to the provider. Scheme, host, port and slashes must match.")}
	case a.Status == http.StatusBadRequest && has("bad request") && appScheme(uri):
		return reading{accepted: true, said: say.Of("the page “Bad Request”, which authentik shows for an app's own " +
			"scheme once the redirect URI has matched")}
	case a.Status == http.StatusOK && has("permission denied"):
		return reading{said: say.Of("the page “Permission denied”"), cause: report.CauseDiscovery,
			means:  say.Of("The provider has no application."),
			remedy: say.Of("Assign the provider to the application.")}
	case a.Status == http.StatusNotFound:
		return reading{said: outcome(a), cause: report.CauseHTMLInsteadOfJSON,
			means:  say.Of("There is no authorize endpoint at this address."),
			remedy: say.Of("Check authentik's public address.")}
	}
	return reading{said: outcome(a), cause: report.CauseHTMLInsteadOfJSON,
		means:  say.Of("This is not an answer authentik gives here."),
		remedy: say.Of("Check that nothing in front of authentik answers instead.")}
}

// readRedirect interprets the error that authorize returns to the client.
func readRedirect(query string) reading {
	values, err := url.ParseQuery(strings.TrimLeft(query, "?&#"))
	code := rest.Plain(values.Get("error"))
	switch {
	case err != nil || code == "":
		return reading{said: say.Of("a redirect without an error"), cause: report.CauseHTMLInsteadOfJSON,
			means:  say.Of("Without a session, authentik should have answered login_required."),
			remedy: say.Of("Check that nothing in front of authentik answers instead.")}
	case code == "login_required":
		return reading{accepted: true, said: say.Raw("login_required")}
	case code == "invalid_request":
		return reading{said: say.Raw(code), cause: report.CauseGrantTypes,
			means: say.Of("The redirect URI is correct, but the authorization code grant is not enabled for the " +
				"provider."),
			remedy: say.Of("Add the grant type “authorization_code” to the provider.")}
	}
	return reading{said: say.Raw(code), cause: report.CauseRedirectMismatch,
		means:  say.Of("The redirect URI is correct, but authentik refuses the request."),
		remedy: say.Of("Check the provider in authentik.")}
}

func appScheme(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Scheme != "http" && u.Scheme != "https"
}
