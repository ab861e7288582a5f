package checks

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// judgeClient checks that client ID and secret are the provider's.
func (m *measured) judgeClient() *report.Check {
	check := newCheck(report.CheckAuthentikClient, say.Of("authentik accepts the client ID and secret"))
	live := m.live.state
	const again = "Plan and apply again to give both systems the same client ID and secret."
	asked := say.Of("Called revoke with the client ID and secret")
	switch {
	case m.live.cause != "":
		return check.Fails(m.live.cause, m.live.missing, say.Of("Plan and apply again to create what is missing."))
	case m.live.provider != nil && live.ClientID != m.d.Provider.ClientID:
		return check.Fails(report.CauseUnknownClient, say.Of("The provider's client ID is %s, not %s.",
			rest.Plain(live.ClientID), m.d.Provider.ClientID), say.Of(again))
	case m.live.provider != nil && live.ClientType == "public":
		return check.Fails(report.CausePublicClient, say.Of("The provider's client type is Public, so no secret is "+
			"checked."),
			say.Of("Set the client type to Confidential."))
	case m.live.provider != nil && rest.HidesSecret(m.live.provider):
		return rest.SkipSecret(check)
	case m.live.provider != nil && !live.ClientSecret.IsSet():
		return check.Fails(report.CauseInvalidClient, say.Of("The provider has no client secret."), say.Of(again))
	case !m.d.Provider.ClientSecret.IsSet():
		return check.Skips(say.Of("The client secret is not known."))
	case m.revoke.Err != nil:
		return m.unreachable(check, asked, m.revoke)
	case m.revoke.Status == http.StatusOK && json.Valid(m.revoke.Body):
		return check.Passes(say.Of("%s: 200.", asked))
	case m.revoke.Status == http.StatusUnauthorized:
		return check.Fails(report.CauseInvalidClient, say.Of("%s: 401, invalid_client. No provider has this client ID "+
			"with this secret.", asked), say.Of(again))
	}
	return check.Fails(report.CauseHTMLInsteadOfJSON, say.Of("%s: %s.", asked, outcome(m.revoke)),
		say.Of("Check that %s is authentik's public address.", m.d.AuthentikURL))
}

// judgeScopes checks that the scopes that PocketBase requests are attached.
func (m *measured) judgeScopes() *report.Check {
	check := newCheck(report.CheckAuthentikScopes, say.Of("The scopes openid, email and profile are attached"))
	switch {
	case m.live.cause != "":
		return check.SkipsSaying(m.live.missing, m.live.err)
	case m.live.provider == nil || m.live.mappingsErr != nil:
		return m.judgeSupportedScopes(check)
	}
	attached, scopes := m.attached()
	evidence := say.Of("The provider's scope mappings cover: %s.", rest.OrNone(strings.Join(rest.Set(scopes), ", ")))
	var missing []string
	for _, scope := range []string{"openid", "email", "profile"} {
		if !slices.Contains(scopes, scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		return check.Fails(report.CauseMissingScopes, say.Join(evidence, say.Of("Missing: %s.",
			strings.Join(missing, ", "))),
			say.Of("Attach the missing scope mappings to the provider."))
	}
	if gone := m.detached(attached); len(gone) > 0 {
		return check.Fails(report.CauseMissingScopes, say.Join(evidence, say.Of("No longer attached: %s.",
			strings.Join(gone, ", "))),
			say.Of("Plan and apply again to attach them."))
	}
	if count(scopes, "email") > 1 && m.emailsClash() {
		return check.Warns(report.CauseMissingScopes, say.Join(evidence, say.Of("Several mappings cover the scope "+
			"email and differ in what they say of the address, and which one applies is undefined.")),
			say.Of("Detach all but one of them."))
	}
	return check.Passes(evidence)
}

// attached returns the provider's mappings, by primary key and by name, and their scopes.
func (m *measured) attached() (known map[string]bool, scopes []string) {
	known = map[string]bool{}
	for _, r := range m.live.state.Mappings {
		known[r.ID] = true
	}
	for _, o := range m.live.mappings {
		if known[o.Text("pk")] {
			known[o.Text("name")] = true
			scopes = append(scopes, rest.MappingState(o).Scope)
		}
	}
	return known, scopes
}

// detached returns the wanted mappings that are not attached.
func (m *measured) detached(attached map[string]bool) []string {
	var gone []string
	for _, r := range m.d.Provider.Mappings {
		if !attached[r.ID] && !attached[r.Name] {
			gone = append(gone, "“"+r.Name+"”")
		}
	}
	return gone
}

// emailsClash reports whether the mappings of the scope email give different addresses, or may do so.
func (m *measured) emailsClash() bool {
	given, tested := map[string]string{}, 0
	for _, r := range m.results {
		if r.scope != "email" {
			continue
		}
		tested++
		for _, name := range []string{"email", "email_verified"} {
			raw := claim(r.claims, name)
			if before, found := given[name]; found && raw != nil && before != string(raw) {
				return true
			}
			if raw != nil {
				given[name] = string(raw)
			}
		}
	}
	_, scopes := m.attached()
	return tested < count(scopes, "email")
}

// judgeSupportedScopes uses discovery if the token can't read the mappings. Discovery always lists openid,
// attached or not.
func (m *measured) judgeSupportedScopes(check *report.Check) *report.Check {
	var config struct {
		Scopes []string `json:"scopes_supported"`
	}
	if m.discovery.Status != http.StatusOK || json.Unmarshal(m.discovery.Body, &config) != nil {
		return check.Skips(say.Of("The token may not read the provider's scope mappings, and the OpenID " +
			"configuration could not be read."))
	}
	evidence := say.Of("The OpenID configuration names the scopes %s. The token may not read the scope mappings, so "+
		"openid itself cannot be confirmed.", rest.Plain(strings.Join(config.Scopes,
		", ")))
	for _, scope := range []string{"email", "profile"} {
		if !slices.Contains(config.Scopes, scope) {
			return check.Fails(report.CauseMissingScopes, evidence,
				say.Of("Attach the scope mappings for openid, email and profile to the provider."))
		}
	}
	return check.Passes(evidence)
}

// judgeGrants checks that the authorization code grant is enabled.
func (m *measured) judgeGrants() *report.Check {
	check := newCheck(report.CheckAuthentikGrants, say.Of("The authorization code grant is enabled"))
	switch {
	case m.live.provider == nil:
		return check.SkipsSaying(m.live.missing, m.live.err)
	case !m.live.provider.Has("grant_types"):
		return check.Skips(say.Of("authentik %s has no grant type setting; it was added in 2026.5.",
			m.c.Identity().Version))
	}
	grants := m.live.state.GrantTypes
	evidence := say.Of("The provider's grant types: %s.", rest.OrNone(rest.Plain(strings.Join(grants, ", "))))
	if !slices.Contains(grants, "authorization_code") {
		return check.Fails(report.CauseGrantTypes, evidence, say.Of("Add the grant type “authorization_code” to the "+
			"provider."))
	}
	return check.Passes(evidence)
}

func count(list []string, value string) (n int) {
	for _, one := range list {
		if one == value {
			n++
		}
	}
	return n
}
