package api

import (
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
)

func GroupResource() *rest.Resource[store.Group] {
	return &rest.Resource[store.Group]{
		App: "authentik_core", Model: "group", Noun: "Group",
		Rows:    func(st *store.State) []*store.Group { return st.Groups.All() },
		Key:     func(g *store.Group) string { return g.PK },
		Title:   func(g *store.Group) string { return g.Name },
		Render:  func(c *serve.Call, g *store.Group) (obj, error) { return renderGroup(c, g), nil },
		Filters: func(c *serve.Call) map[string]rest.Filter[store.Group] { return groupFilters(c) },
		Search:  func(g *store.Group) []string { return []string{g.Name} },
		Orders: map[string]func(a, b *store.Group) int{
			"name": rest.ByText(func(g *store.Group) string { return g.Name }),
		},
		ByDefault:    "name",
		Autocomplete: func(*serve.Call) obj { return groupAutocomplete() },

		Rules: groupRules,
		Fresh: func(*serve.Call) *store.Group {
			return &store.Group{PK: store.NewID(), Users: []int{}, Roles: []string{}, Parents: []string{}, Attributes: obj{}}
		},
		Check: func(c *serve.Call, g *store.Group) obj {
			taken := c.State.Groups.Find(func(other *store.Group) bool { return other.PK != g.PK && other.Name == g.Name })
			if taken != nil {
				return obj{"name": rest.Messages("Group with this name already exists.")}
			}
			return obj{}
		},
		Store: func(c *serve.Call, g *store.Group) { c.State.Groups.Put(g.PK, g) },
		Remove: func(c *serve.Call, g *store.Group) {
			c.State.Groups.Remove(g.PK)
			for _, b := range c.State.Bindings.All() {
				if b.Group == g.PK {
					c.State.Bindings.Remove(b.PK)
				}
			}
			for _, child := range c.State.Groups.All() {
				child.Parents = slices.DeleteFunc(slices.Clone(child.Parents), func(key string) bool { return key == g.PK })
			}
		},
	}
}

func groupFilters(c *serve.Call) map[string]rest.Filter[store.Group] {
	return map[string]rest.Filter[store.Group]{
		"name":         rest.Equals(func(g *store.Group) string { return g.Name }),
		"is_superuser": rest.IsTrue(func(g *store.Group) bool { return g.Superuser }),
		"members_by_pk": func(values []string) (func(*store.Group) bool, string) {
			return func(g *store.Group) bool {
				return slices.ContainsFunc(g.Users, func(pk int) bool { return slices.Contains(values, strconv.Itoa(pk)) })
			}, ""
		},
		"members_by_username": func(values []string) (func(*store.Group) bool, string) {
			return func(g *store.Group) bool {
				return slices.ContainsFunc(g.Users, func(pk int) bool { return slices.Contains(values, c.State.Users.Get(pk).Username) })
			}, ""
		},
	}
}

func groupRules(c *serve.Call) []rest.Rule[store.Group] {
	return []rest.Rule[store.Group]{
		rest.Text("name", func(g *store.Group) *string { return &g.Name }).Required(),
		rest.Flag("is_superuser", func(g *store.Group) *bool { return &g.Superuser }),
		rest.Refs("parents", func(v any) (string, any) { return rest.ReadRef(v, c.State.Groups.Has) }, func(g *store.Group) *[]string { return &g.Parents }),
		rest.Refs("users", func(v any) (int, any) { return rest.ReadRefNumber(v, c.State.Users.Has) }, func(g *store.Group) *[]int { return &g.Users }),
		rest.Object("attributes", func(g *store.Group) *map[string]any { return &g.Attributes }),
		rest.Refs("roles", func(v any) (string, any) { return rest.ReadRef(v, c.State.Roles.Has) }, func(g *store.Group) *[]string { return &g.Roles }),
	}
}

// included tells whether the query wants the objects a list could embed.
func included(c *serve.Call, parameter string, byDefault bool) bool {
	if wanted, isFlag := rest.BoolWord(c.Query.Get(parameter)); isFlag {
		return wanted
	}
	return byDefault
}

func renderGroup(c *serve.Call, g *store.Group) obj {
	rendered := obj{
		"pk": g.PK, "num_pk": groupNumber(g.PK), "name": g.Name, "is_superuser": g.Superuser,
		"parents": g.Parents, "parents_obj": nil, "users": g.Users, "users_obj": nil, "attributes": g.Attributes,
		"roles": g.Roles, "roles_obj": roleObjects(c, g.Roles), "inherited_roles_obj": nil,
		"children": childGroups(c, g.PK), "children_obj": nil,
	}
	if included(c, "include_users", true) {
		members := []obj{}
		for _, pk := range g.Users {
			members = append(members, partialUser(c.State.Users.Get(pk)))
		}
		rendered["users_obj"] = members
	}
	return rendered
}

func childGroups(c *serve.Call, key string) []string {
	children := []string{}
	for _, g := range c.State.Groups.All() {
		if slices.Contains(g.Parents, key) {
			children = append(children, g.PK)
		}
	}
	return children
}

func roleObjects(c *serve.Call, keys []string) []obj {
	roles := []obj{}
	for _, key := range keys {
		roles = append(roles, renderRole(c.State.Roles.Get(key)))
	}
	return roles
}

func partialGroup(g *store.Group) obj {
	return obj{"pk": g.PK, "num_pk": groupNumber(g.PK), "name": g.Name, "is_superuser": g.Superuser, "attributes": g.Attributes}
}

// groupNumber is the first five digits of the key as a number, which authentik
// uses where a group needs a numeric id.
func groupNumber(key string) int {
	id, err := uuid.Parse(key)
	if err != nil {
		return 0
	}
	digits := store.BigDigits(id[:])
	n, _ := strconv.Atoi(digits[:min(5, len(digits))])
	return n
}

// groupMember answers POST core/groups/{key}/add_user/ and remove_user/.
func groupMember(change func(users []int, pk int) []int) serve.Handler {
	return func(c *serve.Call) (serve.Answer, error) {
		g, err := GroupResource().Found(c)
		if err != nil {
			return serve.Answer{}, err
		}
		user, err := namedUser(c)
		if err != nil {
			return serve.Answer{}, err
		}
		if !c.MayOn("authentik_core.change_group", g.PK) {
			return serve.Answer{}, serve.Forbidden()
		}
		g.Users = change(slices.Clone(g.Users), user.PK)
		c.NoteModel("model_updated", "group", "authentik_core", serve.Undashed(g.PK), g.Name)
		return serve.NoContent()
	}
}

// namedUser is the user a body of the form {"pk": 1} names.
func namedUser(c *serve.Call) (*store.User, error) {
	in, err := c.Body()
	if err != nil {
		return nil, err
	}
	if _, sent := in["pk"]; !sent {
		return nil, serve.InvalidField("pk", "This field is required.")
	}
	pk, isNumber := rest.ReadNumber(in["pk"])
	if !isNumber {
		return nil, serve.InvalidField("pk", "A valid integer is required.")
	}
	user := c.State.Users.Get(pk)
	if user == nil {
		return nil, serve.RefuseWith(c.ErrorPage(http.StatusNotFound, "Not Found", "The URL could not be found."))
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
