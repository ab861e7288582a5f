package oidc

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

const defaultACR = "goauthentik.io/providers/oauth2/default"

// subjectOf returns a user's subject for the provider's application.
func subjectOf(p *store.Provider, u *store.User) string {
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

// userClaims returns the claims that the provider's mappings give a user; nil scopes means all of them. Like authentik,
// it leaves out what an expression that raises an error, or returns something else than an object, would give. An
// expression that the simulator cannot evaluate is an error. Both errors are noted in the event log.
func userClaims(c *serve.Call, p *store.Provider, u *store.User, scopes []string) (obj, error) {
	claims := obj{}
	for _, m := range c.State.MappingsByScope(p) {
		if scopes != nil && !slices.Contains(scopes, m.ScopeName) {
			continue
		}
		given, err := Evaluate(c, m, u)
		raised := python.Raised("")
		if err != nil {
			err = fmt.Errorf("%w: scope mapping %s", err, m.Name)
			mapping := serve.ModelContext("scopemapping", "authentik_providers_oauth2", serve.Undashed(m.PK), m.Name)
			c.Note(store.Event{Action: "property_mapping_exception", App: "authentik.core.expression.evaluator",
				Context: obj{"message": err.Error(), "mapping": mapping}})
			if !errors.As(err, &raised) {
				return nil, err
			}
		}
		if object, isObject := given.(obj); isObject {
			merge(claims, object)
		}
	}
	return claims, nil
}

// merge adds one mapping's claims to those of others: lists are joined and objects merged, anything else replaced.
func merge(claims, given obj) {
	for name, value := range given {
		switch value := value.(type) {
		case []any:
			if before, isList := claims[name].([]any); isList {
				claims[name] = slices.Concat(before, value)
				continue
			}
		case obj:
			if before, isObject := claims[name].(obj); isObject {
				merged := maps.Clone(before)
				merge(merged, value)
				claims[name] = merged
				continue
			}
		}
		claims[name] = value
	}
}

// idClaims returns the claims of an ID token.
func idClaims(c *serve.Call, p *store.Provider, u *store.User, g *store.GrantedToken) (obj, error) {
	claims := obj{
		"iss": Issuer(c, p), "sub": subjectOf(p, u), "aud": p.ClientID, "exp": g.Expires.Unix(), "iat": c.Now().Unix(),
		"auth_time": g.AuthTime.Unix(), "acr": defaultACR, "amr": []string{"pwd"}, "jti": store.RandomText(40),
	}
	if g.SID != "" {
		claims["sid"] = g.SID
	}
	if g.Nonce != "" {
		claims["nonce"] = g.Nonce
	}
	return withUserClaims(c, p, u, claims, g.Scopes)
}

// withUserClaims adds the claims of the user to those of an ID token, unless the provider leaves them out.
func withUserClaims(c *serve.Call, p *store.Provider, u *store.User, claims obj, scopes []string) (obj, error) {
	if !p.ClaimsInIDToken {
		return claims, nil
	}
	own, err := userClaims(c, p, u, scopes)
	if err != nil {
		return nil, err
	}
	maps.Copy(claims, own)
	return claims, nil
}

// PreviewClaims returns the claims of an ID token for a user, with all scopes.
func PreviewClaims(c *serve.Call, p *store.Provider, u *store.User) (obj, error) {
	now := c.Now()
	return withUserClaims(c, p, u, obj{
		"iss": Issuer(c, p), "sub": subjectOf(p, u), "aud": p.ClientID, "acr": defaultACR, "jti": store.RandomText(40),
		"exp": now.Add(c.State.Settings.Duration("default_token_duration")).Unix(), "iat": now.Unix(),
		"auth_time": now.Unix(),
	}, nil)
}

// issue signs the ID token and the access token of a grant and stores the latter.
func issue(c *serve.Call, g *store.GrantedToken, p *store.Provider) (idToken, access string, err error) {
	claims, err := idClaims(c, p, c.State.Users.Get(g.User), g)
	if err != nil {
		return "", "", err
	}
	if idToken, err = sign(c, p, claims); err != nil {
		return "", "", err
	}
	claims["azp"], claims["uid"], claims["scope"] = p.ClientID, store.RandomText(40), strings.Join(g.Scopes, " ")
	if access, err = sign(c, p, claims); err != nil {
		return "", "", err
	}
	c.State.Access[access] = g
	return idToken, access, nil
}

// Evaluate returns what a scope mapping returns for a user, a python.Raised if it raises an error.
func Evaluate(c *serve.Call, m *store.ScopeMapping, u *store.User) (any, error) {
	source := m.Expression
	switch {
	case m.Given != nil && m.Given.Raises != "":
		return nil, python.Raised(m.Given.Raises)
	case m.Given != nil:
		return m.Given.Value, nil
	}
	if source == install.Expression("scope-entitlements") { // the simulator's applications have none
		return obj{"entitlements": []string{}, "roles": []string{}}, nil
	}
	groups := []string{}
	for _, g := range c.State.DirectGroups(u.PK) {
		groups = append(groups, g.Name)
	}
	return python.Evaluate(source, python.User{Attributes: u.Attributes, Groups: groups, Fields: obj{
		"email": u.Email, "name": u.Name, "username": u.Username, "uid": u.UID, "pk": u.PK, "is_active": u.Active,
		"avatar": u.Avatar(),
	}})
}
