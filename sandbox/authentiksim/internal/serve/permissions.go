package serve

import (
	"slices"

	"authpocket/sandbox/authentiksim/internal/store"
)

// May reports whether the caller holds a permission for every object.
func (c *Call) May(permission string) bool {
	if c.User == nil {
		return false
	}
	return c.State.IsSuperuser(c.User.PK) ||
		slices.ContainsFunc(c.State.RolesOf(c.User), func(r *store.Role) bool { return r.Permissions[permission] })
}

// MayOn reports whether the caller holds a permission for one object.
func (c *Call) MayOn(permission, key string) bool {
	return c.May(permission) || c.User != nil &&
		slices.ContainsFunc(c.State.RolesOf(c.User), func(r *store.Role) bool {
			return slices.Contains(r.OnObjects[permission], key)
		})
}

// IsSuperuser reports whether the caller is a superuser.
func (c *Call) IsSuperuser() bool { return c.User != nil && c.State.IsSuperuser(c.User.PK) }

// Usable reports whether a token still works.
func (c *Call) Usable(g *store.GrantedToken) bool {
	return !g.Revoked && c.Now().Before(g.Expires) && c.State.Providers.Has(g.Provider) && c.State.Users.Has(g.User)
}
