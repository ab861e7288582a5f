package authentiksim

import (
	"maps"
	"slices"
)

// Snapshot is a copy of what a server holds, for assertions. Changing it does
// not change the server.
type Snapshot struct {
	Users         []User
	Groups        []Group
	Roles         []Role
	Tokens        []Token
	Flows         []Flow
	KeyPairs      []KeyPair
	ScopeMappings []ScopeMapping
	Providers     []Provider
	Applications  []Application
	Bindings      []Binding
	Events        []Event
	Settings      map[string]any
}

// Snapshot copies the state as it is between two requests.
func (s *Server) Snapshot() Snapshot {
	var snap Snapshot
	s.change(func(c *call) {
		c.ensureSelfSigned()
		st := c.st
		snap = Snapshot{
			Users: copied(st.users.all(), func(u *User) {
				u.Attributes, u.Roles, u.password = cloneObject(u.Attributes), slices.Clone(u.Roles), ""
			}),
			Groups: copied(st.groups.all(), func(g *Group) {
				g.Users, g.Roles, g.Parents = slices.Clone(g.Users), slices.Clone(g.Roles), slices.Clone(g.Parents)
				g.Attributes = cloneObject(g.Attributes)
			}),
			Roles: copied(st.roles.all(), func(r *Role) {
				r.Permissions, r.OnObjects = maps.Clone(r.Permissions), maps.Clone(r.OnObjects)
				for name, keys := range r.OnObjects {
					r.OnObjects[name] = slices.Clone(keys)
				}
			}),
			Tokens:        copied(st.tokens.all(), func(t *Token) { t.key = "" }),
			Flows:         copied(st.flows.all(), func(f *Flow) { f.Stages = slices.Clone(f.Stages) }),
			KeyPairs:      copied(st.keys.all(), func(k *KeyPair) { k.key = nil }),
			ScopeMappings: copied(st.mappings.all(), func(*ScopeMapping) {}),
			Providers:     copied(st.providers.all(), cloneProvider),
			Applications: copied(st.applications.all(), func(a *Application) {
				a.BackchannelProviders = slices.Clone(a.BackchannelProviders)
			}),
			Bindings: copied(st.bindings.all(), func(*Binding) {}),
			Events:   copied(st.events, func(e *Event) { e.User, e.Context = cloneObject(e.User), cloneObject(e.Context) }),
			Settings: cloneObject(st.settings.values),
		}
	})
	return snap
}

// copied copies rows; detach parts a copy from what it still shares with its row.
func copied[T any](rows []*T, detach func(*T)) []T {
	copies := make([]T, len(rows))
	for i, row := range rows {
		copies[i] = *row
		detach(&copies[i])
	}
	return copies
}

func cloneProvider(p *Provider) {
	p.PropertyMappings, p.GrantTypes = slices.Clone(p.PropertyMappings), slices.Clone(p.GrantTypes)
	p.RedirectURIs = slices.Clone(p.RedirectURIs)
	p.FederationSources, p.FederationProviders = slices.Clone(p.FederationSources), slices.Clone(p.FederationProviders)
}

// cloneObject copies nested objects and lists.
func cloneObject(in obj) obj {
	out := make(obj, len(in))
	for key, value := range in {
		out[key] = cloneValue(value)
	}
	return out
}

func cloneValue(value any) any {
	switch value := value.(type) {
	case obj:
		return cloneObject(value)
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = cloneValue(item)
		}
		return list
	case []obj:
		list := make([]obj, len(value))
		for i, item := range value {
			list[i] = cloneObject(item)
		}
		return list
	}
	return value
}
