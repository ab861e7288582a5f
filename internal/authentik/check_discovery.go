package authentik

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"authpocket/internal/link"
)

// judgeDiscovery judges the OpenID configuration and the issuer it names.
func (m *measured) judgeDiscovery() []link.Check {
	discovery := newCheck(link.CheckAuthentikDiscovery, "authentik answers at its public address")
	issuer := newCheck(link.CheckAuthentikIssuer, "The issuer is the one that is expected")
	asked := "GET " + m.d.DiscoveryURL()
	var config oidc.ProviderConfig
	if discovery = m.judgePage(discovery, asked, m.discovery); discovery.Status == "" {
		if json.Unmarshal(m.discovery.Body, &config) != nil || config.IssuerURL == "" {
			discovery = fail(discovery, link.CauseHTMLInsteadOfJSON, asked+": "+outcome(m.discovery)+", without an issuer.",
				"Check that "+m.d.AuthentikURL+" is authentik's public address and that no login page stands in front of it.")
		}
	}
	if discovery.Status == link.Fail {
		return []link.Check{discovery, skip(issuer, "The OpenID configuration could not be read.")}
	}
	return []link.Check{pass(discovery, asked+": 200, with the issuer "+config.IssuerURL+"."), m.judgeIssuer(issuer, config.IssuerURL)}
}

// judgePage fails the check for an answer that is not a page of the
// provider, and leaves it undecided for one that is.
func (m *measured) judgePage(check link.Check, asked string, a answer) link.Check {
	evidence := asked + ": " + outcome(a) + "."
	switch {
	case a.Err != nil:
		return m.unreachable(check, asked, a)
	case a.Status == http.StatusNotFound:
		return fail(check, link.CauseDiscovery, evidence, "Check that the application's slug is "+m.d.Application.Slug+" and that it has a provider. Slugs are case-sensitive.")
	case a.Status == http.StatusInternalServerError:
		return fail(check, link.CauseSigningKey, evidence, "Choose an RSA or EC signing key for the provider: authentik answers like this with an Ed25519 or Ed448 key. If it has one of those already, look into authentik's server log.")
	case a.Status != http.StatusOK:
		return fail(check, link.CauseHTMLInsteadOfJSON, evidence, "Check that "+m.d.AuthentikURL+" is authentik's public address and that nothing in front of it answers instead.")
	}
	return check
}

func (m *measured) judgeIssuer(check link.Check, named string) link.Check {
	want := m.d.Issuer()
	if named == want {
		return pass(check, "The OpenID configuration names the issuer "+named+".")
	}
	what, remedy := issuerDifference(named, want)
	return fail(check, link.CauseIssuerMismatch, fmt.Sprintf("The OpenID configuration names the issuer %s; %s is expected. %s", plain(named), want, what), remedy)
}

// issuerDifference says in which way two issuers differ, and what does that.
func issuerDifference(named, want string) (what, remedy string) {
	a, errA := url.Parse(named)
	b, errB := url.Parse(want)
	switch {
	case errA != nil || errB != nil:
		return "The one that is named is no web address.", "Check the provider's issuer mode."
	case strings.TrimRight(named, "/") == strings.TrimRight(want, "/"):
		return "They differ in the slash at the end.", "Use the issuer exactly as authentik names it."
	case a.Scheme != b.Scheme && a.Host == b.Host:
		return "They differ in the scheme.", "Let the proxy in front of authentik send X-Forwarded-Proto, and since authentik 2026.8 name that proxy in AUTHENTIK_LISTEN__TRUSTED_PROXY_CIDRS."
	case a.Host != b.Host:
		return "They differ in the host.", "Let the proxy in front of authentik pass the Host header on, or give authentik's public address as people's browsers use it."
	}
	return "They differ in the path.", "Check the provider's issuer mode and the application's slug."
}

func (m *measured) keysURL() string {
	return m.d.AuthentikURL + "/application/o/" + url.PathEscape(m.d.Application.Slug) + "/jwks/"
}

// judgeKeys looks for a key that PocketBase can check a signature with.
func (m *measured) judgeKeys() link.Check {
	check := newCheck(link.CheckAuthentikJWKS, "authentik has an RSA or EC key to sign with")
	asked := "GET " + m.keysURL()
	if check = m.judgePage(check, asked, m.jwks); check.Status != "" {
		return check
	}
	kinds, readable := keyKinds(m.jwks.Body)
	const remedy = "Choose an RSA or EC signing key for the provider."
	switch {
	case !readable:
		return fail(check, link.CauseHTMLInsteadOfJSON, asked+": "+outcome(m.jwks)+", which is no list of keys.", "Check that nothing in front of authentik answers instead.")
	case len(kinds) == 0:
		return fail(check, link.CauseSigningKey, asked+": 200, without a key. authentik then signs with the client secret.", remedy)
	}
	if m.d.Slot.JWKSURL != "" && !slices.Contains(kinds, "RSA") {
		return fail(check, link.CauseSigningKey, asked+": 200, with keys of the type "+strings.Join(kinds, ", ")+" only. PocketBase is to check the ID token's signature with them, and can do so with RSA keys only.",
			"Choose an RSA signing key for the provider, or let PocketBase read user info.")
	}
	for _, kind := range kinds {
		if kind == "RSA" || kind == "EC" {
			return m.judgeChosenKey(check, asked+": 200, with a key of the type "+kind+".")
		}
	}
	return fail(check, link.CauseSigningKey, asked+": 200, with keys of the type "+strings.Join(kinds, ", ")+" only.", remedy)
}

// judgeChosenKey compares the provider's key with the wanted one.
func (m *measured) judgeChosenKey(check link.Check, evidence string) link.Check {
	want := m.d.Provider.SigningKey
	if m.live.provider != nil && want.ID != "" && m.live.state.SigningKey.ID != want.ID {
		return fail(check, link.CauseSigningKey, evidence+" The provider's signing key is another one than “"+want.Name+"”.",
			"Plan and apply again to put the signing key back, or change it in the settings.")
	}
	if m.d.Slot.IDTokenMode() && m.live.state.EncryptionKey.ID != "" {
		return fail(check, link.CauseSigningKey, evidence+" The provider has an encryption key besides, and PocketBase cannot read the ID tokens that it encrypts.",
			"Take the encryption key off the provider, or let PocketBase read user info.")
	}
	return pass(check, evidence)
}

// keyKinds are the types of the keys in a JWKS. authentik answers an empty
// object where the provider has no key.
func keyKinds(body []byte) (kinds []string, readable bool) {
	set, readable := parseObject(body)
	for _, raw := range set.list("keys") {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil {
			kinds = append(kinds, "unknown")
			continue
		}
		switch key.Key.(type) {
		case *rsa.PublicKey:
			kinds = append(kinds, "RSA")
		case *ecdsa.PublicKey:
			kinds = append(kinds, "EC")
		default:
			kinds = append(kinds, "another kind")
		}
	}
	return kinds, readable
}
