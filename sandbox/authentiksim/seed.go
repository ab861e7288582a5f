package authentiksim

import (
	"fmt"
	"slices"
	"time"
)

// Seeding fills a server without a request, as the history of an installation
// that has been used. Nothing of it is noted in the event log.

// change runs f with the state locked.
func (s *Server) change(f func(c *call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&call{Server: s, st: s.state})
}

// AddPerson adds somebody who can sign in and answers their key. Nil attributes
// are none.
func (s *Server) AddPerson(username, name, email, password string, attributes map[string]any) int {
	var pk int
	s.change(func(c *call) {
		u := c.freshUser()
		u.Username, u.Name, u.Email, u.password = username, name, email, password
		u.Attributes = cloneObject(attributes)
		c.st.addUser(u)
		pk = u.PK
	})
	return pk
}

// SetLastLogin says when a user last signed in.
func (s *Server) SetLastLogin(user int, at time.Time) {
	s.change(func(c *call) { c.st.users.get(user).LastLogin = &at })
}

// AddGroup adds a group with these users in it and answers its key.
func (s *Server) AddGroup(name string, users ...int) string {
	g := &Group{PK: newID(), Name: name, Users: append([]int{}, users...), Roles: []string{}, Parents: []string{}, Attributes: obj{}}
	s.change(func(c *call) { c.st.groups.put(g.PK, g) })
	return g.PK
}

// GiveRole makes a role that holds no permission, and gives it to a person.
func (s *Server) GiveRole(person int, name string) {
	role := newRole(name)
	s.change(func(c *call) {
		c.st.roles.put(role.PK, role)
		u := c.st.users.get(person)
		u.Roles = append(slices.Clone(u.Roles), role.PK)
	})
}

// AddAPIToken gives a user an API token with this key that does not expire.
func (s *Server) AddAPIToken(user int, identifier, key string) {
	t := &Token{PK: newID(), Identifier: identifier, Intent: "api", User: user, key: key}
	s.change(func(c *call) { c.st.tokens.put(t.Identifier, t) })
}

// AddKeyPair adds a self-signed key pair and answers its key. The algorithm is
// rsa, ecdsa or ed25519.
func (s *Server) AddKeyPair(name, algorithm string, validity time.Duration) (string, error) {
	pair, err := s.newKeyPair(name, algorithm, validity)
	if err != nil {
		return "", err
	}
	s.change(func(c *call) { c.st.keys.put(pair.PK, pair) })
	return pair.PK, nil
}

// AddScopeMapping adds a mapping as an administrator would, and answers its key.
func (s *Server) AddScopeMapping(name, scope, expression string) string {
	m := &ScopeMapping{PK: newID(), Name: name, ScopeName: scope, Expression: expression}
	s.change(func(c *call) { c.st.mappings.put(m.PK, m) })
	return m.PK
}

// AddEvent adds an entry to the event log, older than every one that follows.
// A zero Created means just now.
func (s *Server) AddEvent(e Event) {
	s.change(func(c *call) {
		e.PK = newID()
		if e.Created.IsZero() {
			e.Created = c.st.after(c.now())
		}
		c.st.events = append(c.st.events, &e)
	})
}

// AddApplications adds n providers, each with its application, in the way of
// the admin interface: standard scopes, implicit consent, the self-signed key
// and one redirect URI.
// They are called "Application 1" with the slug app-1 and so on.
func (s *Server) AddApplications(n int) {
	s.change(func(c *call) {
		c.ensureSelfSigned()
		key := c.st.keys.find(func(k *KeyPair) bool { return k.Name == selfSigned })
		implicit, logout := c.st.flowBySlug(implicitFlow), c.st.flowBySlug("default-provider-invalidation-flow")
		for range n {
			p := c.st.newProvider()
			number := p.PK
			p.Name, p.ClientID = fmt.Sprintf("Provider for Application %d", number), fmt.Sprintf("client-%d", number)
			p.AuthorizationFlow, p.InvalidationFlow = implicit.PK, logout.PK
			p.GrantTypes, p.SigningKey = []string{"authorization_code"}, key.PK
			p.RedirectURIs = []RedirectURI{{MatchingMode: "strict", Type: "authorization",
				URL: fmt.Sprintf("https://app-%d.example.com/callback", number)}}
			for _, m := range c.st.mappings.all()[:3] { // openid, profile and email
				p.PropertyMappings = append(p.PropertyMappings, m.PK)
			}
			c.st.addProvider(p)
			c.st.addApplication(&Application{PK: newID(), Name: fmt.Sprintf("Application %d", number),
				Slug: fmt.Sprintf("app-%d", number), Provider: p.PK, PolicyEngineMode: "any", BackchannelProviders: []int{}})
		}
	})
}

// Set changes one of the settings of admin/settings/, such as
// default_user_change_email.
func (s *Server) Set(name string, value any) {
	s.change(func(c *call) { c.st.settings.values[name] = value })
}
