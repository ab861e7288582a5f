package serve

import (
	"authpocket/sandbox/authentiksim/internal/store"
	"slices"
)

// may tells whether the asking user holds a permission for every object.
func (c *Call) May(permission string) bool {
	if c.User == nil {
		return false
	}
	return c.State.Superuser(c.User.PK) ||
		slices.ContainsFunc(c.State.RolesOf(c.User), func(r *store.Role) bool { return r.Permissions[permission] })
}

// mayOn tells whether the asking user holds a permission for one object.
func (c *Call) MayOn(permission, key string) bool {
	return c.May(permission) || c.User != nil &&
		slices.ContainsFunc(c.State.RolesOf(c.User), func(r *store.Role) bool {
			return slices.Contains(r.OnObjects[permission], key)
		})
}

// isSuperuser tells whether the asking user is one.
func (c *Call) IsSuperuser() bool { return c.User != nil && c.State.Superuser(c.User.PK) }

// usable tells whether a token still works.
func (c *Call) Usable(g *store.GrantedToken) bool {
	return !g.Revoked && c.Now().Before(g.Expires) && c.State.Providers.Has(g.Provider) && c.State.Users.Has(g.User)
}
