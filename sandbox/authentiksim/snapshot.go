package authentiksim

import (
	"maps"
	"slices"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// Snapshot is a copy of a server's state. Changing it does not change the server.
type Snapshot struct {
	Users         []store.User
	Groups        []store.Group
	Roles         []store.Role
	Tokens        []store.Token
	Flows         []store.Flow
	KeyPairs      []store.KeyPair
	ScopeMappings []store.ScopeMapping
	Providers     []store.Provider
	Applications  []store.Application
	Bindings      []store.Binding
	Events        []store.Event
	Settings      map[string]any
}

// Snapshot copies the state.
func (s *Server) Snapshot() Snapshot {
	var snap Snapshot
	s.change(func(c *serve.Call) {
		c.EnsureSelfSigned()
		st := c.State
		snap = Snapshot{
			Users: copied(st.Users.All(), func(u *store.User) {
				u.Attributes, u.Roles, u.Password = cloneObject(u.Attributes), slices.Clone(u.Roles), ""
			}),
			Groups: copied(st.Groups.All(), func(g *store.Group) {
				g.Users, g.Roles, g.Parents = slices.Clone(g.Users), slices.Clone(g.Roles), slices.Clone(g.Parents)
				g.Attributes = cloneObject(g.Attributes)
			}),
			Roles: copied(st.Roles.All(), func(r *store.Role) {
				r.Permissions, r.OnObjects = maps.Clone(r.Permissions), maps.Clone(r.OnObjects)
				for name, keys := range r.OnObjects {
					r.OnObjects[name] = slices.Clone(keys)
				}
			}),
			Tokens:        copied(st.Tokens.All(), func(t *store.Token) { t.Key = "" }),
			Flows:         copied(st.Flows.All(), func(*store.Flow) {}),
			KeyPairs:      copied(st.Keys.All(), func(k *store.KeyPair) { k.Key = nil }),
			ScopeMappings: copied(st.Mappings.All(), func(*store.ScopeMapping) {}),
			Providers:     copied(st.Providers.All(), cloneProvider),
			Applications: copied(st.Applications.All(), func(a *store.Application) {
				a.BackchannelProviders = slices.Clone(a.BackchannelProviders)
			}),
			Bindings: copied(st.Bindings.All(), func(*store.Binding) {}),
			Events: copied(st.Events, func(e *store.Event) {
				e.User, e.Context = cloneObject(e.User), cloneObject(e.Context)
			}),
			Settings: cloneObject(st.Settings.Values),
		}
	})
	return snap
}

// copied returns copies of rows. detach replaces what a copy shares with its row.
func copied[T any](rows []*T, detach func(*T)) []T {
	copies := make([]T, len(rows))
	for i, row := range rows {
		copies[i] = *row
		detach(&copies[i])
	}
	return copies
}

func cloneProvider(p *store.Provider) {
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
