package store

import "slices"

// groupsOf returns every group a user is in, directly or through a child group.
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

// DirectGroups returns the groups that list the user as a member.
func (st *State) DirectGroups(user int) []*Group {
	return slices.DeleteFunc(st.Groups.All(), func(g *Group) bool { return !slices.Contains(g.Users, user) })
}

// IsSuperuser reports whether a user is in a superuser group.
func (st *State) IsSuperuser(user int) bool {
	return slices.ContainsFunc(st.groupsOf(user), func(g *Group) bool { return g.Superuser })
}

// RolesOf returns every role of a user, directly or through a group.
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
