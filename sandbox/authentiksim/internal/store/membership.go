package store

import "slices"

// groupsOf is every group a user is in, with the groups those are below of.
func (st *State) groupsOf(user int) []*Group {
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
			climb(st.Groups.Get(parent))
		}
	}
	for _, g := range st.Groups.All() {
		if slices.Contains(g.Users, user) {
			climb(g)
		}
	}
	return found
}

// directGroups is every group that lists the user itself.
func (st *State) DirectGroups(user int) []*Group {
	return slices.DeleteFunc(st.Groups.All(), func(g *Group) bool { return !slices.Contains(g.Users, user) })
}

func (st *State) Superuser(user int) bool {
	return slices.ContainsFunc(st.groupsOf(user), func(g *Group) bool { return g.Superuser })
}

// rolesOf is every role a user has, itself or through a group.
func (st *State) RolesOf(u *User) []*Role {
	keys := slices.Clone(u.Roles)
	for _, g := range st.groupsOf(u.PK) {
		keys = append(keys, g.Roles...)
	}
	var roles []*Role
	for _, key := range keys {
		if role := st.Roles.Get(key); role != nil && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	return roles
}
