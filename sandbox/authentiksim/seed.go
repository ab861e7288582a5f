package authentiksim

import (
	"fmt"
	"slices"
	"time"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// The following methods prepare a server. They write no events.

// AddPerson adds a user with a password and returns the key.
func (s *Server) AddPerson(username, name, email, password string, attributes map[string]any) int {
	var pk int
	s.change(func(c *serve.Call) {
		u := c.State.NewUser(c.Now())
		u.Username, u.Name, u.Email, u.Password = username, name, email, password
		u.Attributes = cloneObject(attributes)
		c.State.AddUser(u)
		pk = u.PK
	})
	return pk
}

// SetLastLogin sets the time of a user's latest sign-in.
func (s *Server) SetLastLogin(user int, at time.Time) {
	s.change(func(c *serve.Call) { c.State.Users.Get(user).LastLogin = &at })
}

// AddGroup adds a group with these users and returns its key.
func (s *Server) AddGroup(name string, users ...int) string {
	g := store.NewGroup(name, users...)
	s.change(func(c *serve.Call) { c.State.Groups.Put(g.PK, g) })
	return g.PK
}

// GiveRole gives a user a new role without permissions and returns its key.
func (s *Server) GiveRole(person int, name string) string {
	role := store.NewRole(name)
	s.change(func(c *serve.Call) {
		c.State.Roles.Put(role.PK, role)
		u := c.State.Users.Get(person)
		u.Roles = append(slices.Clone(u.Roles), role.PK)
	})
	return role.PK
}

// AddAPIToken gives a user an API token that does not expire.
func (s *Server) AddAPIToken(user int, identifier, key string) {
	t := &store.Token{PK: store.NewID(), Identifier: identifier, Intent: "api", User: user, Key: key}
	s.change(func(c *serve.Call) { c.State.Tokens.Put(t.Identifier, t) })
}

// AddKeyPair adds a self-signed key pair and returns its key. The algorithm is rsa, ecdsa or ed25519.
func (s *Server) AddKeyPair(name, algorithm string, validity time.Duration) (string, error) {
	pair, err := store.NewKeyPair(s.core.Now(), name, algorithm, validity)
	if err != nil {
		return "", err
	}
	s.change(func(c *serve.Call) { c.State.Keys.Put(pair.PK, pair) })
	return pair.PK, nil
}

// AddScopeMapping adds a scope mapping and returns its key.
func (s *Server) AddScopeMapping(name, scope, expression string) string {
	m := &store.ScopeMapping{PK: store.NewID(), Name: name, ScopeName: scope, Expression: expression}
	s.change(func(c *serve.Call) { c.State.Mappings.Put(m.PK, m) })
	return m.PK
}

// AddEvent appends to the event log. A zero Created means now.
func (s *Server) AddEvent(e store.Event) {
	s.change(func(c *serve.Call) {
		e.PK = store.NewID()
		if e.Created.IsZero() {
			e.Created = c.State.After(c.Now())
		}
		c.State.Events = append(c.State.Events, &e)
	})
}

// AddApplications adds n providers with an application each, as the admin interface would create them: standard
// scopes, implicit consent, the self-signed key and one redirect URI. The applications are named "Application 1" with
// the slug app-1, and so on.
func (s *Server) AddApplications(n int) {
	s.change(func(c *serve.Call) {
		c.EnsureSelfSigned()
		key := c.State.Keys.Find(func(k *store.KeyPair) bool { return k.Name == store.SelfSigned })
		implicit := c.State.FlowBySlug(install.ImplicitFlow)
		logout := c.State.FlowBySlug("default-provider-invalidation-flow")
		for range n {
			p := c.State.NewProvider()
			number := p.PK
			p.Name, p.ClientID = fmt.Sprintf("Provider for Application %d", number), fmt.Sprintf("client-%d", number)
			p.AuthorizationFlow, p.InvalidationFlow = implicit.PK, logout.PK
			p.GrantTypes, p.SigningKey = []string{"authorization_code"}, key.PK
			p.RedirectURIs = []store.RedirectURI{{MatchingMode: "strict", Type: "authorization",
				URL: fmt.Sprintf("https://app-%d.example.com/callback", number)}}
			for _, m := range c.State.Mappings.All()[:3] { // openid, profile and email
				p.PropertyMappings = append(p.PropertyMappings, m.PK)
			}
			c.State.AddProvider(p)
			c.State.AddApplication(&store.Application{PK: store.NewID(), Name: fmt.Sprintf("Application %d", number),
				Slug: fmt.Sprintf("app-%d", number), Provider: p.PK, PolicyEngineMode: "any",
				BackchannelProviders: []int{}})
		}
	})
}

// AllowRegistration lets clients register with the application with a slug, as 2026.8 can.
func (s *Server) AllowRegistration(slug string) {
	s.change(func(c *serve.Call) {
		c.State.Providers.Get(c.State.ApplicationBySlug(slug).Provider).Registration = true
	})
}

// RegisterClient registers a client with the application with a slug and returns the key of its provider.
func (s *Server) RegisterClient(slug, name string, redirectURIs ...string) int {
	var pk int
	s.change(func(c *serve.Call) {
		app := c.State.ApplicationBySlug(slug)
		pk = oidc.Register(c, app, c.State.Providers.Get(app.Provider),
			oidc.Metadata{Name: name, RedirectURIs: redirectURIs}).PK
	})
	return pk
}

// Set changes a setting of admin/settings/, such as default_user_change_email.
func (s *Server) Set(name string, value any) {
	s.change(func(c *serve.Call) { c.State.Settings.Values[name] = value })
}
