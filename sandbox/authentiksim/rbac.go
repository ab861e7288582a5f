package authentiksim

import "slices"

// groupsOf is every group a user is in, with the groups those are below of.
func (st *state) groupsOf(user int) []*Group {
	var found []*Group
	seen := map[string]bool{}
	var climb func(g *Group)
	climb = func(g *Group) {
		if g == nil || seen[g.PK] {
			return
		}
		seen[g.PK] = true
		found = append(found, g)
		for _, parent := range g.Parents {
			climb(st.groups.get(parent))
		}
	}
	for _, g := range st.groups.all() {
		if slices.Contains(g.Users, user) {
			climb(g)
		}
	}
	return found
}

// directGroups is every group that lists the user itself.
func (st *state) directGroups(user int) []*Group {
	return slices.DeleteFunc(st.groups.all(), func(g *Group) bool { return !slices.Contains(g.Users, user) })
}

func (st *state) superuser(user int) bool {
	return slices.ContainsFunc(st.groupsOf(user), func(g *Group) bool { return g.Superuser })
}

// rolesOf is every role a user has, itself or through a group.
func (st *state) rolesOf(u *User) []*Role {
	keys := slices.Clone(u.Roles)
	for _, g := range st.groupsOf(u.PK) {
		keys = append(keys, g.Roles...)
	}
	var roles []*Role
	for _, key := range keys {
		if role := st.roles.get(key); role != nil && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}

// may tells whether the asking user holds a permission for every object.
func (c *call) may(permission string) bool {
	if c.user == nil {
		return false
	}
	return c.st.superuser(c.user.PK) ||
		slices.ContainsFunc(c.st.rolesOf(c.user), func(r *Role) bool { return r.Permissions[permission] })
}

// mayOn tells whether the asking user holds a permission for one object.
func (c *call) mayOn(permission, key string) bool {
	return c.may(permission) || c.user != nil &&
		slices.ContainsFunc(c.st.rolesOf(c.user), func(r *Role) bool {
			return slices.Contains(r.OnObjects[permission], key)
		})
}

// isSuperuser tells whether the asking user is one.
func (c *call) isSuperuser() bool { return c.user != nil && c.st.superuser(c.user.PK) }
