package authentiksim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// rbacPermissions are the codenames of the application authentik_rbac.
var rbacPermissions = []string{
	"add_initialpermissions", "unassign_role_permissions", "change_initialpermissions", "view_role", "add_role",
	"view_system_info", "view_system_settings", "view_initialpermissions", "access_admin_interface",
	"assign_role_permissions", "manage_media_files", "edit_system_settings", "delete_role", "view_media_files",
	"delete_initialpermissions", "change_role",
}

var roleResource = &resource[Role]{
	app: "authentik_rbac", model: "role", noun: "Role",
	rows:   func(st *state) []*Role { return st.roles.all() },
	key:    func(r *Role) string { return r.PK },
	title:  func(r *Role) string { return r.Name },
	render: func(_ *call, r *Role) (obj, error) { return renderRole(r), nil },
	filters: func(*call) map[string]filter[Role] {
		return map[string]filter[Role]{"name": exactly(func(r *Role) string { return r.Name })}
	},
	search:    func(r *Role) []string { return []string{r.Name} },
	orders:    map[string]func(a, b *Role) int{"name": byText(func(r *Role) string { return r.Name })},
	byDefault: "name",

	rules: func(*call) []rule[Role] {
		return []rule[Role]{text("name", func(r *Role) *string { return &r.Name }).need().longest(150)}
	},
	fresh: func(*call) *Role { return newRole("") },
	check: func(c *call, r *Role) obj {
		taken := c.st.roles.find(func(other *Role) bool { return other.PK != r.PK && other.Name == r.Name })
		if taken != nil {
			return obj{"name": messages("Role with this name already exists.")}
		}
		return obj{}
	},
	store: func(c *call, r *Role) { c.st.roles.put(r.PK, r) },
	remove: func(c *call, r *Role) {
		c.st.roles.remove(r.PK)
		isIt := func(key string) bool { return key == r.PK }
		for _, u := range c.st.users.all() {
			u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), isIt)
		}
		for _, g := range c.st.groups.all() {
			g.Roles = slices.DeleteFunc(slices.Clone(g.Roles), isIt)
		}
	},
}

func newRole(name string) *Role {
	return &Role{PK: newID(), Name: name, Permissions: map[string]bool{}, OnObjects: map[string][]string{}}
}

func renderRole(r *Role) obj { return obj{"pk": r.PK, "name": r.Name} }

// permissionList answers GET rbac/permissions/: what the roles of the filter
// hold for all objects. authentik lets everybody ask (rbac/api/rbac.py), and
// lists every permission there is where no role is named; the simulator has
// no such table, and lists those that some role holds.
func permissionList(c *call) (answer, error) {
	held := map[string]bool{}
	for _, role := range c.st.roles.all() {
		if asked := c.query.Get("role"); asked == "" || asked == role.PK {
			for name, holds := range role.Permissions {
				held[name] = held[name] || holds
			}
		}
	}
	names := slices.Sorted(maps.Keys(held))
	names = slices.DeleteFunc(names, func(name string) bool { return !held[name] })
	cut, err := paginate(c, names)
	if err != nil {
		return answer{}, err
	}
	results := []obj{}
	for i, name := range cut.rows {
		app, codename, _ := strings.Cut(name, ".")
		_, model, _ := strings.Cut(codename, "_")
		results = append(results, obj{"id": i + 1, "name": "Can " + strings.ReplaceAll(codename, "_", " "), "codename": codename,
			"model": model, "app_label": app, "app_label_verbose": app, "model_verbose": model})
	}
	return listAnswer(cut.pagination, results, nil)
}

// assignment is the body of assign/ and unassign/: permissions, and the one
// object they hold for if they are not to hold for all.
type assignment struct {
	permissions   []string
	model, object string
}

// assignPermissions answers POST rbac/permissions/assigned_by_roles/{key}/assign/ and unassign/.
func assignPermissions(grant bool) handler {
	return func(c *call) (answer, error) {
		role, err := roleResource.found(c)
		if err != nil {
			return answer{}, err
		}
		verb := map[bool]string{true: "assign", false: "unassign"}[grant]
		if !c.may("authentik_rbac." + verb + "_role_permissions") {
			return answer{}, forbidden()
		}
		asked, err := c.assignment()
		if err != nil {
			return answer{}, err
		}
		if !grant {
			role.unassign(asked)
			return noContent()
		}
		role.assign(asked)
		ids := []obj{}
		for range asked.permissions {
			c.st.lastPermission++
			ids = append(ids, obj{"id": strconv.Itoa(c.st.lastPermission)})
		}
		return ok(ids)
	}
}

// assignment reads the body, and refuses permissions no application has.
func (c *call) assignment() (assignment, error) {
	in, err := c.body()
	if err != nil {
		return assignment{}, err
	}
	var a assignment
	errs := fill([]rule[assignment]{
		rule[assignment]{key: "permissions", set: func(a *assignment, v any) any {
			list, isList := v.([]any)
			if !isList {
				return messages("Expected a list of items but got type \"" + pythonType(v) + "\".")
			}
			for _, item := range list {
				name, _ := item.(string)
				app, _, dotted := strings.Cut(name, ".")
				if !dotted || !strings.HasPrefix(app, "authentik_") {
					return messages(notAChoice(item))
				}
				a.permissions = append(a.permissions, name)
			}
			return nil
		}}.need(),
		text("model", func(a *assignment) *string { return &a.model }),
		text("object_pk", func(a *assignment) *string { return &a.object }),
	}, &a, in, false)
	if len(errs) > 0 {
		return assignment{}, invalid(errs)
	}
	return a, nil
}

func (r *Role) assign(a assignment) {
	for _, name := range a.permissions {
		if a.object == "" {
			r.Permissions[name] = true
		} else if !slices.Contains(r.OnObjects[name], a.object) {
			r.OnObjects[name] = append(r.OnObjects[name], a.object)
		}
	}
}

func (r *Role) unassign(a assignment) {
	for _, name := range a.permissions {
		if a.object == "" {
			delete(r.Permissions, name)
		} else {
			r.OnObjects[name] = slices.DeleteFunc(r.OnObjects[name], func(key string) bool { return key == a.object })
		}
	}
}

// roleMember answers POST rbac/roles/{key}/add_user/ and remove_user/.
func roleMember(add bool) handler {
	return func(c *call) (answer, error) {
		role, err := roleResource.foundFor(c, "change")
		if err != nil {
			return answer{}, err
		}
		user, err := c.namedUser()
		if err != nil {
			return answer{}, err
		}
		user.Roles = slices.DeleteFunc(slices.Clone(user.Roles), func(key string) bool { return key == role.PK })
		if add {
			user.Roles = append(user.Roles, role.PK)
		}
		return answer{status: http.StatusNoContent}, nil
	}
}
