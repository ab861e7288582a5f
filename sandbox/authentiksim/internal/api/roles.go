package api

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// rbacPermissions returns the codenames of the app authentik_rbac.
func rbacPermissions() []string {
	return []string{
		"add_initialpermissions", "unassign_role_permissions", "change_initialpermissions", "view_role", "add_role",
		"view_system_info", "view_system_settings", "view_initialpermissions", "access_admin_interface",
		"assign_role_permissions", "manage_media_files", "edit_system_settings", "delete_role", "view_media_files",
		"delete_initialpermissions", "change_role",
	}
}

func roleResource() *rest.Resource[store.Role] {
	return &rest.Resource[store.Role]{
		App: "authentik_rbac", Model: "role", Noun: "Role",
		Rows:   func(st *store.State) []*store.Role { return st.Roles.All() },
		Key:    func(r *store.Role) string { return r.PK },
		Title:  func(r *store.Role) string { return r.Name },
		Render: func(_ *serve.Call, r *store.Role) (obj, error) { return renderRole(r), nil },
		Filters: func(*serve.Call) rest.Filters[store.Role] {
			return rest.Filters[store.Role]{"name": rest.Equals(func(r *store.Role) string { return r.Name })}
		},
		Search:    func(r *store.Role) []string { return []string{r.Name} },
		Orders:    rest.Orders[store.Role]{"name": rest.ByText(func(r *store.Role) string { return r.Name })},
		ByDefault: "name",

		Rules: func(*serve.Call) []rest.Rule[store.Role] {
			name := rest.Text("name", func(r *store.Role) *string { return &r.Name })
			return []rest.Rule[store.Role]{name.Required().MaxLength(150)}
		},
		Fresh: func(*serve.Call) *store.Role { return store.NewRole("") },
		Check: func(c *serve.Call, r *store.Role) obj {
			taken := func(other *store.Role) bool { return other.PK != r.PK && other.Name == r.Name }
			if c.State.Roles.Find(taken) != nil {
				return obj{"name": rest.Messages("Role with this name already exists.")}
			}
			return obj{}
		},
		Store: func(c *serve.Call, r *store.Role) { c.State.Roles.Put(r.PK, r) },
		Remove: func(c *serve.Call, r *store.Role) {
			c.State.Roles.Remove(r.PK)
			isIt := func(key string) bool { return key == r.PK }
			for _, u := range c.State.Users.All() {
				u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), isIt)
			}
			for _, g := range c.State.Groups.All() {
				g.Roles = slices.DeleteFunc(slices.Clone(g.Roles), isIt)
			}
		},
	}
}

func renderRole(r *store.Role) obj { return obj{"pk": r.PK, "name": r.Name} }

// permissionList answers GET rbac/permissions/, which is open to every user (rbac/api/rbac.py), with the global
// permissions of a role. Without a role authentik lists every permission; the simulator lists those that some role
// holds.
func permissionList(c *serve.Call) (serve.Answer, error) {
	held := map[string]bool{}
	for _, role := range c.State.Roles.All() {
		if asked := c.Query.Get("role"); asked == "" || asked == role.PK {
			for name, holds := range role.Permissions {
				held[name] = held[name] || holds
			}
		}
	}
	names := slices.Sorted(maps.Keys(held))
	names = slices.DeleteFunc(names, func(name string) bool { return !held[name] })
	cut, err := rest.Paginate(c, names)
	if err != nil {
		return serve.Answer{}, err
	}
	results := []obj{}
	for i, name := range cut.Rows {
		app, codename, _ := strings.Cut(name, ".")
		_, model, _ := strings.Cut(codename, "_")
		results = append(results, obj{
			"id": i + 1, "name": "Can " + strings.ReplaceAll(codename, "_", " "), "codename": codename, "model": model,
			"app_label": app, "app_label_verbose": app, "model_verbose": model,
		})
	}
	return rest.ListAnswer(cut.Pagination, results, nil)
}

// assignment is the body of assign/ and unassign/. Without an object, the permissions apply to all.
type assignment struct {
	permissions   []string
	model, object string
}

// assignPermissions answers POST rbac/permissions/assigned_by_roles/{key}/assign/ and unassign/.
func assignPermissions(grant bool) serve.Handler {
	return func(c *serve.Call) (serve.Answer, error) {
		role, err := roleResource().Found(c)
		if err != nil {
			return serve.Answer{}, err
		}
		verb := map[bool]string{true: "assign", false: "unassign"}[grant]
		if !c.May("authentik_rbac." + verb + "_role_permissions") {
			return serve.Answer{}, serve.Forbidden()
		}
		asked, err := readAssignment(c)
		if err != nil {
			return serve.Answer{}, err
		}
		if !grant {
			unassign(role, asked)
			return serve.NoContent()
		}
		assign(role, asked)
		ids := []obj{}
		for range asked.permissions {
			c.State.LastPermission++
			ids = append(ids, obj{"id": strconv.Itoa(c.State.LastPermission)})
		}
		return serve.OK(ids)
	}
}

// readAssignment reads the body and refuses permissions of unknown apps.
func readAssignment(c *serve.Call) (assignment, error) {
	in, err := c.Body()
	if err != nil {
		return assignment{}, err
	}
	var a assignment
	errs := rest.Fill([]rest.Rule[assignment]{
		rest.Rule[assignment]{Key: "permissions", Set: func(a *assignment, v any) any {
			list, isList := v.([]any)
			if !isList {
				return rest.NotAList(v)
			}
			for _, item := range list {
				name, _ := item.(string)
				app, _, dotted := strings.Cut(name, ".")
				if !dotted || !strings.HasPrefix(app, "authentik_") {
					return rest.Messages(rest.NotAChoice(item))
				}
				a.permissions = append(a.permissions, name)
			}
			return nil
		}}.Required(),
		rest.Text("model", func(a *assignment) *string { return &a.model }),
		rest.Text("object_pk", func(a *assignment) *string { return &a.object }),
	}, &a, in, false)
	if len(errs) > 0 {
		return assignment{}, serve.Invalid(errs)
	}
	return a, nil
}

func assign(r *store.Role, a assignment) {
	for _, name := range a.permissions {
		if a.object == "" {
			r.Permissions[name] = true
		} else if !slices.Contains(r.OnObjects[name], a.object) {
			r.OnObjects[name] = append(r.OnObjects[name], a.object)
		}
	}
}

func unassign(r *store.Role, a assignment) {
	for _, name := range a.permissions {
		if a.object == "" {
			delete(r.Permissions, name)
		} else {
			r.OnObjects[name] = slices.DeleteFunc(r.OnObjects[name], func(key string) bool { return key == a.object })
		}
	}
}

// roleMember answers POST rbac/roles/{key}/add_user/ and remove_user/.
func roleMember(add bool) serve.Handler {
	return func(c *serve.Call) (serve.Answer, error) {
		role, err := roleResource().FoundFor(c, "change")
		if err != nil {
			return serve.Answer{}, err
		}
		user, err := namedUser(c)
		if err != nil {
			return serve.Answer{}, err
		}
		user.Roles = without(user.Roles, role.PK)
		if add {
			user.Roles = append(user.Roles, role.PK)
		}
		return serve.Answer{Status: http.StatusNoContent}, nil
	}
}
