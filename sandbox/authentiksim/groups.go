package authentiksim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

var groupResource = &resource[Group]{
	app: "authentik_core", model: "group", noun: "Group",
	rows:    func(st *state) []*Group { return st.groups.all() },
	key:     func(g *Group) string { return g.PK },
	title:   func(g *Group) string { return g.Name },
	render:  func(c *call, g *Group) (obj, error) { return c.renderGroup(g), nil },
	filters: func(c *call) map[string]filter[Group] { return groupFilters(c) },
	search:  func(g *Group) []string { return []string{g.Name} },
	orders: map[string]func(a, b *Group) int{
		"name": byText(func(g *Group) string { return g.Name }),
	},
	byDefault:    "name",
	autocomplete: func(*call) obj { return groupAutocomplete },

	rules: groupRules,
	fresh: func(*call) *Group {
		return &Group{PK: newID(), Users: []int{}, Roles: []string{}, Parents: []string{}, Attributes: obj{}}
	},
	check: func(c *call, g *Group) obj {
		taken := c.st.groups.find(func(other *Group) bool { return other.PK != g.PK && other.Name == g.Name })
		if taken != nil {
			return obj{"name": messages("Group with this name already exists.")}
		}
		return obj{}
	},
	store: func(c *call, g *Group) { c.st.groups.put(g.PK, g) },
	remove: func(c *call, g *Group) {
		c.st.groups.remove(g.PK)
		for _, b := range c.st.bindings.all() {
			if b.Group == g.PK {
				c.st.bindings.remove(b.PK)
			}
		}
		for _, child := range c.st.groups.all() {
			child.Parents = slices.DeleteFunc(slices.Clone(child.Parents), func(key string) bool { return key == g.PK })
		}
	},
}

func groupFilters(c *call) map[string]filter[Group] {
	return map[string]filter[Group]{
		"name":         exactly(func(g *Group) string { return g.Name }),
		"is_superuser": whether(func(g *Group) bool { return g.Superuser }),
		"members_by_pk": func(values []string) (func(*Group) bool, string) {
			return func(g *Group) bool {
				return slices.ContainsFunc(g.Users, func(pk int) bool { return slices.Contains(values, strconv.Itoa(pk)) })
			}, ""
		},
		"members_by_username": func(values []string) (func(*Group) bool, string) {
			return func(g *Group) bool {
				return slices.ContainsFunc(g.Users, func(pk int) bool { return slices.Contains(values, c.st.users.get(pk).Username) })
			}, ""
		},
	}
}

func groupRules(c *call) []rule[Group] {
	return []rule[Group]{
		text("name", func(g *Group) *string { return &g.Name }).need(),
		flag("is_superuser", func(g *Group) *bool { return &g.Superuser }),
		refs("parents", func(v any) (string, any) { return readRef(v, c.st.groups.has) }, func(g *Group) *[]string { return &g.Parents }),
		refs("users", func(v any) (int, any) { return readRefNumber(v, c.st.users.has) }, func(g *Group) *[]int { return &g.Users }),
		dictionary("attributes", func(g *Group) *map[string]any { return &g.Attributes }),
		refs("roles", func(v any) (string, any) { return readRef(v, c.st.roles.has) }, func(g *Group) *[]string { return &g.Roles }),
	}
}

// included tells whether the query wants the objects a list could embed.
func (c *call) included(parameter string, byDefault bool) bool {
	if wanted, isFlag := boolWord(c.query.Get(parameter)); isFlag {
		return wanted
	}
	return byDefault
}

func (c *call) renderGroup(g *Group) obj {
	rendered := obj{
		"pk": g.PK, "num_pk": groupNumber(g.PK), "name": g.Name, "is_superuser": g.Superuser,
		"parents": g.Parents, "parents_obj": nil, "users": g.Users, "users_obj": nil, "attributes": g.Attributes,
		"roles": g.Roles, "roles_obj": c.roleObjects(g.Roles), "inherited_roles_obj": nil,
		"children": c.childGroups(g.PK), "children_obj": nil,
	}
	if c.included("include_users", true) {
		members := []obj{}
		for _, pk := range g.Users {
			members = append(members, partialUser(c.st.users.get(pk)))
		}
		rendered["users_obj"] = members
	}
	return rendered
}

func (c *call) childGroups(key string) []string {
	children := []string{}
	for _, g := range c.st.groups.all() {
		if slices.Contains(g.Parents, key) {
			children = append(children, g.PK)
		}
	}
	return children
}

func (c *call) roleObjects(keys []string) []obj {
	roles := []obj{}
	for _, key := range keys {
		roles = append(roles, renderRole(c.st.roles.get(key)))
	}
	return roles
}

func partialGroup(g *Group) obj {
	return obj{"pk": g.PK, "num_pk": groupNumber(g.PK), "name": g.Name, "is_superuser": g.Superuser, "attributes": g.Attributes}
}

// groupNumber is the first five digits of the key as a number, which authentik
// uses where a group needs a numeric id.
func groupNumber(key string) int {
	id, err := uuid.Parse(key)
	if err != nil {
		return 0
	}
	digits := bigDigits(id[:])
	n, _ := strconv.Atoi(digits[:min(5, len(digits))])
	return n
}

// groupMember answers POST core/groups/{key}/add_user/ and remove_user/.
func groupMember(change func(users []int, pk int) []int) handler {
	return func(c *call) (answer, error) {
		g, err := groupResource.found(c)
		if err != nil {
			return answer{}, err
		}
		user, err := c.namedUser()
		if err != nil {
			return answer{}, err
		}
		if !c.mayOn("authentik_core.change_group", g.PK) {
			return answer{}, forbidden()
		}
		g.Users = change(slices.Clone(g.Users), user.PK)
		c.noteModel("model_updated", "group", "authentik_core", undashed(g.PK), g.Name)
		return noContent()
	}
}

// namedUser is the user a body of the form {"pk": 1} names.
func (c *call) namedUser() (*User, error) {
	in, err := c.body()
	if err != nil {
		return nil, err
	}
	if _, sent := in["pk"]; !sent {
		return nil, invalidField("pk", "This field is required.")
	}
	pk, isNumber := readNumber(in["pk"])
	if !isNumber {
		return nil, invalidField("pk", "A valid integer is required.")
	}
	user := c.st.users.get(pk)
	if user == nil {
		return nil, &refusal{c.errorPage(http.StatusNotFound, "Not Found", "The URL could not be found.")}
	}
	return user, nil
}

func addMember(users []int, pk int) []int {
	if slices.Contains(users, pk) {
		return users
	}
	return append(users, pk)
}

func removeMember(users []int, pk int) []int {
	return slices.DeleteFunc(users, func(member int) bool { return member == pk })
}

// undashed is an id as events write it.
func undashed(id string) string { return strings.ReplaceAll(id, "-", "") }
