package authentiksim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const defaultACR = "goauthentik.io/providers/oauth2/default"

// grantedToken is an access or refresh token the server has given out.
type grantedToken struct {
	provider, user int
	scopes         []string
	nonce          string
	expires        time.Time
	authTime       time.Time
	sid            string // empty for a token no browser was part of
	revoked        bool
}

func (g *grantedToken) holds(scope string) bool { return slices.Contains(g.scopes, scope) }

// usable tells whether a token still works.
func (c *call) usable(g *grantedToken) bool {
	return !g.revoked && c.now().Before(g.expires) && c.st.providers.has(g.provider) && c.st.users.has(g.user)
}

// subject is how a provider names a user to its application.
func subjectOf(p *Provider, u *User) string {
	switch p.SubMode {
	case "user_id":
		return strconv.Itoa(u.PK)
	case "user_uuid":
		return u.UUID
	case "user_username":
		return u.Username
	case "user_email":
		return u.Email
	case "user_upn":
		if upn, isText := u.Attributes["upn"].(string); isText {
			return upn
		}
	}
	return u.UID
}

// mappingsByScope is a provider's mappings in the order their claims are merged.
func (st *state) mappingsByScope(p *Provider) []*ScopeMapping {
	mappings := st.mappingsOf(p)
	slices.SortStableFunc(mappings, func(a, b *ScopeMapping) int { return strings.Compare(a.ScopeName, b.ScopeName) })
	return mappings
}

// userClaims is what the provider's mappings say about a user. Nil scopes means
// all of them. An expression the simulator cannot evaluate is an error, noted
// in the event log.
func (c *call) userClaims(p *Provider, u *User, scopes []string) (obj, error) {
	claims := obj{}
	for _, m := range c.st.mappingsByScope(p) {
		if scopes != nil && !slices.Contains(scopes, m.ScopeName) {
			continue
		}
		given, err := c.evaluate(m.Expression, u)
		if err != nil {
			err = fmt.Errorf("%w: scope mapping %s", err, m.Name)
			c.note(Event{Action: "property_mapping_exception", App: "authentik.core.expression.evaluator",
				Context: obj{"message": err.Error(), "mapping": modelContext("scopemapping", "authentik_providers_oauth2", undashed(m.PK), m.Name)}})
			return nil, err
		}
		maps.Copy(claims, given)
	}
	return claims, nil
}

// idClaims are the claims of an ID token.
func (c *call) idClaims(p *Provider, u *User, g *grantedToken) (obj, error) {
	claims := obj{}
	if p.ClaimsInIDToken {
		var err error
		if claims, err = c.userClaims(p, u, g.scopes); err != nil {
			return nil, err
		}
	}
	maps.Copy(claims, obj{
		"iss": c.issuer(p), "sub": subjectOf(p, u), "aud": p.ClientID, "exp": g.expires.Unix(), "iat": c.now().Unix(),
		"auth_time": g.authTime.Unix(), "acr": defaultACR, "amr": []string{"pwd"}, "jti": randomText(40),
	})
	if g.sid != "" {
		claims["sid"] = g.sid
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	return claims, nil
}

// previewClaims is what an ID token would say about a user, with all scopes.
func (c *call) previewClaims(p *Provider, u *User) (obj, error) {
	claims, err := c.userClaims(p, u, nil)
	if err != nil {
		return nil, err
	}
	now := c.now()
	maps.Copy(claims, obj{
		"iss": c.issuer(p), "sub": subjectOf(p, u), "aud": p.ClientID, "acr": defaultACR, "jti": randomText(40),
		"exp": now.Add(c.st.settings.duration("default_token_duration")).Unix(), "iat": now.Unix(), "auth_time": now.Unix(),
	})
	return claims, nil
}

// issue signs the ID token and the access token of a grant and remembers the latter.
func (c *call) issue(g *grantedToken, p *Provider) (idToken, access string, err error) {
	claims, err := c.idClaims(p, c.st.users.get(g.user), g)
	if err != nil {
		return "", "", err
	}
	if idToken, err = c.sign(p, claims); err != nil {
		return "", "", err
	}
	claims["azp"], claims["uid"], claims["scope"] = p.ClientID, randomText(40), strings.Join(g.scopes, " ")
	if access, err = c.sign(p, claims); err != nil {
		return "", "", err
	}
	c.st.access[access] = g
	return idToken, access, nil
}
