package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// GroupResource describes groups.
func GroupResource() *rest.Resource[store.Group] {
	return &rest.Resource[store.Group]{
		App: "authentik_core", Model: "group", Noun: "Group",
		Rows:    func(st *store.State) []*store.Group { return st.Groups.All() },
		Key:     func(g *store.Group) string { return g.PK },
		Title:   func(g *store.Group) string { return g.Name },
		Render:  func(c *serve.Call, g *store.Group) (obj, error) { return renderGroup(c, g), nil },
		Filters: func(c *serve.Call) rest.Filters[store.Group] { return groupFilters(c) },
		Search:  func(g *store.Group) []string { return []string{g.Name} },
		Orders: rest.Orders[store.Group]{
			"name": rest.ByText(func(g *store.Group) string { return g.Name }),
		},
		ByDefault:    "name",
		Autocomplete: func(*serve.Call) obj { return groupAutocomplete() },

		Rules: groupRules,
		Fresh: func(*serve.Call) *store.Group {
			return store.NewGroup("")
		},
		Check: func(c *serve.Call, g *store.Group) obj {
			taken := func(other *store.Group) bool { return other.PK != g.PK && other.Name == g.Name }
			if c.State.Groups.Find(taken) != nil {
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
				child.Parents = without(child.Parents, g.PK)
			}
		},
	}
}

func groupFilters(c *serve.Call) rest.Filters[store.Group] {
	return rest.Filters[store.Group]{
		"name":         rest.Equals(func(g *store.Group) string { return g.Name }),
		"is_superuser": rest.IsTrue(func(g *store.Group) bool { return g.Superuser }),
		"members_by_pk": func(values []string) (func(*store.Group) bool, string) {
			return func(g *store.Group) bool {
				wanted := func(pk int) bool { return slices.Contains(values, strconv.Itoa(pk)) }
				return slices.ContainsFunc(g.Users, wanted)
			}, ""
		},
		"members_by_username": func(values []string) (func(*store.Group) bool, string) {
			return func(g *store.Group) bool {
				wanted := func(pk int) bool { return slices.Contains(values, c.State.Users.Get(pk).Username) }
				return slices.ContainsFunc(g.Users, wanted)
			}, ""
		},
	}
}

func groupRules(c *serve.Call) []rest.Rule[store.Group] {
	return []rest.Rule[store.Group]{
		rest.Text("name", func(g *store.Group) *string { return &g.Name }).Required(),
		rest.Flag("is_superuser", func(g *store.Group) *bool { return &g.Superuser }),
		rest.RefList("parents", c.State.Groups.Has, func(g *store.Group) *[]string { return &g.Parents }),
		rest.NumberRefList("users", c.State.Users.Has, func(g *store.Group) *[]int { return &g.Users }),
		rest.Object("attributes", func(g *store.Group) *map[string]any { return &g.Attributes }),
		rest.RefList("roles", c.State.Roles.Has, func(g *store.Group) *[]string { return &g.Roles }),
	}
}

// included reports whether the query asks a list to embed objects.
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
	return obj{
		"pk": g.PK, "num_pk": groupNumber(g.PK), "name": g.Name, "is_superuser": g.Superuser,
		"attributes": g.Attributes,
	}
}

// groupNumber returns the first five digits of the key read as a number, authentik's numeric ID of a group.
func groupNumber(key string) int {
	id, err := uuid.Parse(key)
	if err != nil {
		return 0
	}
	digits := store.Decimal(id[:])
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
		g.Users = change(g.Users, user.PK)
		c.NoteModel("model_updated", "group", "authentik_core", serve.Undashed(g.PK), g.Name)
		return serve.NoContent()
	}
}

// namedUser returns the user in a body of the form {"pk": 1}.
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

// with returns a copy of list that contains item.
func with[T comparable](list []T, item T) []T {
	if slices.Contains(list, item) {
		return slices.Clone(list)
	}
	return append(slices.Clone(list), item)
}

// without returns a copy of list without item.
func without[T comparable](list []T, item T) []T {
	return slices.DeleteFunc(slices.Clone(list), func(other T) bool { return other == item })
}
