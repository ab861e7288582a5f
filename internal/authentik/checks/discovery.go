package checks

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// judgeDiscovery checks the OpenID configuration and its issuer.
func (m *measured) judgeDiscovery() []report.Check {
	discovery := newCheck(report.CheckAuthentikDiscovery, say.Of("authentik responds at its public address"))
	issuer := newCheck(report.CheckAuthentikIssuer, say.Of("The issuer is as expected"))
	asked := "GET " + m.d.DiscoveryURL()
	var config openIDConfig
	if discovery = m.judgePage(discovery, asked, m.discovery); discovery.Status == "" {
		if json.Unmarshal(m.discovery.Body, &config) != nil || config.IssuerURL == "" {
			discovery = discovery.Fails(report.CauseHTMLInsteadOfJSON, say.Of("%s: %s, without an issuer.", asked,
				outcome(m.discovery)),
				say.Of("Check that %s is authentik's public address and that no login page is in front of it.",
					m.d.AuthentikURL))
		}
	}
	if discovery.Status == report.Fail {
		return []report.Check{*discovery, *issuer.Skips(say.Of("The OpenID configuration could not be read."))}
	}
	evidence := say.Of("%s: 200, with the issuer %s.", asked, config.IssuerURL)
	if config.RegistrationURL != "" {
		evidence = say.Join(evidence, say.Of("Those who may use this application may also register clients of their "+
			"own, at %s.", rest.Plain(config.RegistrationURL)))
	}
	return []report.Check{*discovery.Passes(evidence),
		*m.judgeIssuer(issuer, config.IssuerURL)}
}

// judgePage fails the check if the response is not a page of the provider, and otherwise leaves it undecided.
func (m *measured) judgePage(check *report.Check, asked string, a rest.Answer) *report.Check {
	evidence := say.Of("%s: %s.", asked, outcome(a))
	switch {
	case a.Err != nil:
		return m.unreachable(check, say.Raw(asked), a)
	case a.Status == http.StatusNotFound:
		return check.Fails(report.CauseDiscovery, evidence, say.Of("Check that the application's slug is %s and that "+
			"it has a provider. Slugs are case-sensitive.", m.d.Application.Slug))
	case a.Status == http.StatusInternalServerError:
		return check.Fails(report.CauseSigningKey, evidence,
			say.Of("Choose an RSA or EC signing key for the provider: Ed25519 and Ed448 keys cause this error. If "+
				"it already has an RSA or EC key, check authentik's server log."))
	case a.Status != http.StatusOK:
		return check.Fails(report.CauseHTMLInsteadOfJSON, evidence, say.Of("Check that %s is authentik's public "+
			"address and that nothing in front of it answers instead.", m.d.AuthentikURL))
	}
	return check
}

func (m *measured) judgeIssuer(check *report.Check, named string) *report.Check {
	want := m.d.Issuer()
	if named == want {
		return check.Passes(say.Of("The OpenID configuration names the issuer %s.", named))
	}
	what, remedy := issuerDifference(named, want)
	return check.Fails(report.CauseIssuerMismatch,
		say.Of("The OpenID configuration names the issuer %s; %s is expected. %s", rest.Plain(named), want, what),
		remedy)
}

// issuerDifference returns how two issuers differ, and what to do.
func issuerDifference(named, want string) (what, remedy say.Text) {
	a, errA := url.Parse(named)
	b, errB := url.Parse(want)
	switch {
	case errA != nil || errB != nil:
		return say.Of("The named issuer is not a URL."), say.Of("Check the provider's issuer mode.")
	case strings.TrimRight(named, "/") == strings.TrimRight(want, "/"):
		return say.Of("They differ in the trailing slash."), say.Of("Use the issuer exactly as authentik names it.")
	case a.Scheme != b.Scheme && a.Host == b.Host:
		return say.Of("They differ in the scheme."),
			say.Of("Configure the proxy in front of authentik to send X-Forwarded-Proto. From authentik 2026.8, " +
				"also list the proxy in AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS.")
	case a.Host != b.Host:
		return say.Of("They differ in the host."),
			say.Of("Configure the proxy in front of authentik to pass the Host header, or enter authentik's public " +
				"address as browsers use it.")
	}
	return say.Of("They differ in the path."), say.Of("Check the provider's issuer mode and the application's slug.")
}

func (m *measured) keysURL() string {
	return m.d.AuthentikURL + "/application/o/" + url.PathEscape(m.d.Application.Slug) + "/jwks/"
}

// namedKey returns the algorithm by which ID tokens are signed according to the OpenID configuration, and the type of
// the key that it takes. Without an RSA or EC key both are empty, and where PocketBase reads the key set, so that this
// has to be asked for itself. authentik derives the algorithm from the provider's key (providers/oauth2/models.py).
func (m *measured) namedKey() (algorithm, kind string) {
	var config openIDConfig
	if m.d.Slot.JWKSURL != "" || m.discovery.Status != http.StatusOK ||
		json.Unmarshal(m.discovery.Body, &config) != nil || len(config.Algorithms) != 1 {
		return "", ""
	}
	switch algorithm = config.Algorithms[0]; algorithm {
	case "RS256":
		return algorithm, "RSA"
	case "ES256", "ES384", "ES512":
		return algorithm, "EC"
	}
	return "", ""
}

// judgeKeys checks that there is a key whose signatures PocketBase can verify.
func (m *measured) judgeKeys() *report.Check {
	check := newCheck(report.CheckAuthentikJWKS, say.Of("authentik has an RSA or EC key to sign with"))
	if algorithm, kind := m.namedKey(); kind != "" {
		return m.judgeChosenKey(check, say.Of("The OpenID configuration names the algorithm %s, which takes a key of "+
			"type %s.", algorithm, kind))
	}
	asked := "GET " + m.keysURL()
	if check = m.judgePage(check, asked, m.jwks); check.Status != "" {
		return check
	}
	kinds, readable := keyKinds(m.jwks.Body)
	const remedy = "Choose an RSA or EC signing key for the provider."
	switch {
	case !readable:
		return check.Fails(report.CauseHTMLInsteadOfJSON, say.Of("%s: %s, which is not a key set.", asked,
			outcome(m.jwks)),
			say.Of("Check that nothing in front of authentik answers instead."))
	case len(kinds) == 0:
		return check.Fails(report.CauseSigningKey, say.Of("%s: 200, with no key. Without one, authentik signs with "+
			"the client secret.", asked), say.Of(remedy))
	}
	if m.d.Slot.JWKSURL != "" && !slices.Contains(kinds, "RSA") {
		return check.Fails(report.CauseSigningKey, say.Of("%s: 200, with keys of type %s only. PocketBase is set to "+
			"verify ID tokens with them, but supports only RSA.", asked, strings.Join(kinds, ", ")),
			say.Of("Choose an RSA signing key for the provider, or have PocketBase fetch user info."))
	}
	for _, kind := range kinds {
		if kind == "RSA" || kind == "EC" {
			return m.judgeChosenKey(check, say.Of("%s: 200, with a key of type %s.", asked, kind))
		}
	}
	return check.Fails(report.CauseSigningKey, say.Of("%s: 200, with keys of type %s only.", asked, strings.Join(kinds,
		", ")),
		say.Of(remedy))
}

// judgeChosenKey compares the provider's key with the wanted one.
func (m *measured) judgeChosenKey(check *report.Check, evidence say.Text) *report.Check {
	want := m.d.Provider.SigningKey
	if m.live.provider != nil && want.ID != "" && m.live.state.SigningKey.ID != want.ID {
		return check.Fails(report.CauseSigningKey, say.Join(evidence, say.Of("The provider's signing key is not “%s”.",
			want.Name)),
			say.Of("Plan and apply again to restore the signing key, or give the link the other one."))
	}
	if m.d.Slot.IDTokenMode() && m.live.state.EncryptionKey.ID != "" {
		return check.Fails(report.CauseSigningKey, say.Join(evidence,
			say.Of("The provider also has an encryption key, "+
				"and PocketBase cannot read encrypted ID tokens.")),
			say.Of("Remove the encryption key from the provider, or have PocketBase fetch user info."))
	}
	return check.Passes(evidence)
}

// openIDConfig is what a link needs of the OpenID configuration.
type openIDConfig struct {
	IssuerURL   string `json:"issuer"`
	AuthURL     string `json:"authorization_endpoint"`
	TokenURL    string `json:"token_endpoint"`
	UserInfoURL string `json:"userinfo_endpoint"`
	JWKSURL     string `json:"jwks_uri"`
	// Algorithms are those by which ID tokens are signed. authentik names that of the provider's key.
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
	// RegistrationURL is where clients register themselves, if the provider lets them.
	RegistrationURL string `json:"registration_endpoint"`
}

// keyKinds returns the types of the keys in a JWKS, which is an empty object if the provider has no key.
func keyKinds(body []byte) (kinds []string, readable bool) {
	set, readable := rest.ParseObject(body)
	for _, raw := range set.List("keys") {
		var key struct{ Kty, N, E, X, Y string }
		switch err := json.Unmarshal(raw, &key); {
		case err != nil || key.Kty == "":
			kinds = append(kinds, "unknown")
		case key.Kty == "RSA" && key.N != "" && key.E != "", key.Kty == "EC" && key.X != "" && key.Y != "":
			kinds = append(kinds, key.Kty)
		default:
			kinds = append(kinds, "another kind")
		}
	}
	return kinds, readable
}
