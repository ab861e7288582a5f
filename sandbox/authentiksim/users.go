package authentiksim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var userTypes = []string{"internal", "external", "service_account", "internal_service_account"}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// userDraft is a user with the groups a request puts it in, which the groups keep.
type userDraft struct {
	*User
	groups []string
}

var userResource = &resource[User]{
	app: "authentik_core", model: "user", noun: "User",
	rows: func(st *state) []*User {
		return slices.DeleteFunc(st.users.all(), func(u *User) bool { return u.Username == anonymousName })
	},
	key:          func(u *User) string { return strconv.Itoa(u.PK) },
	number:       func(u *User) int { return u.PK },
	title:        func(u *User) string { return u.Name },
	render:       func(c *call, u *User) (obj, error) { return c.renderUser(u), nil },
	filters:      userFilters,
	search:       func(u *User) []string { return []string{u.Username, u.Name, u.Email, u.UUID} },
	byDefault:    "username",
	autocomplete: func(*call) obj { return userAutocomplete },
	orders: map[string]func(a, b *User) int{
		"username":     byText(func(u *User) string { return u.Username }),
		"name":         byText(func(u *User) string { return u.Name }),
		"email":        byText(func(u *User) string { return u.Email }),
		"date_joined":  func(a, b *User) int { return a.Joined.Compare(b.Joined) },
		"last_updated": func(a, b *User) int { return a.Updated.Compare(b.Updated) },
		"pk":           byNumber(func(u *User) int { return u.PK }),
	},
	rules: func(*call) []rule[User] { return userRules },
	check: checkUser,
	remove: func(c *call, u *User) {
		c.st.users.remove(u.PK)
		c.forgetUser(u.PK)
	},
}

var userRules = []rule[User]{
	text("username", func(u *User) *string { return &u.Username }).need().longest(150),
	blankText("name", func(u *User) *string { return &u.Name }).need(),
	flag("is_active", func(u *User) *bool { return &u.Active }),
	blankText("email", func(u *User) *string { return &u.Email }).longest(254).matching(emailPattern, "Enter a valid email address."),
	dictionary("attributes", func(u *User) *map[string]any { return &u.Attributes }),
	text("path", func(u *User) *string { return &u.Path }),
	choice("type", userTypes, func(u *User) *string { return &u.Type }),
}

func userFilters(c *call) map[string]filter[User] {
	return map[string]filter[User]{
		"type":            someOf(userTypes, func(u *User) string { return u.Type }),
		"username":        exactly(func(u *User) string { return u.Username }),
		"name":            exactly(func(u *User) string { return u.Name }),
		"email":           exactly(func(u *User) string { return u.Email }),
		"uuid":            exactly(func(u *User) string { return u.UUID }),
		"path":            exactly(func(u *User) string { return u.Path }),
		"is_active":       whether(func(u *User) bool { return u.Active }),
		"is_superuser":    whether(func(u *User) bool { return c.st.superuser(u.PK) }),
		"groups_by_name":  c.inGroup(func(g *Group) string { return g.Name }),
		"groups_by_pk":    c.inGroup(func(g *Group) string { return g.PK }),
		"path_startswith": prefixed(func(u *User) string { return u.Path }),
	}
}

// inGroup keeps users who are in one of the groups.
func (c *call) inGroup(field func(*Group) string) filter[User] {
	return func(values []string) (func(*User) bool, string) {
		return func(u *User) bool {
			return slices.ContainsFunc(c.st.directGroups(u.PK), func(g *Group) bool { return slices.Contains(values, field(g)) })
		}, ""
	}
}

func checkUser(c *call, u *User) obj {
	taken := c.st.users.find(func(other *User) bool { return other.PK != u.PK && other.Username == u.Username })
	if taken != nil {
		return obj{"username": messages("This field must be unique.")}
	}
	return obj{}
}

// freshUser is a new user with its defaults. It has no place in the table yet.
func (c *call) freshUser() *User {
	pk := c.st.lastUser + 1
	now := c.now()
	return &User{
		PK: pk, UUID: newID(), UID: c.st.uid(pk), Active: true, Attributes: obj{}, Roles: []string{},
		Path: "users", Type: "internal", Joined: now, PasswordChanged: now, Updated: now,
	}
}

func (st *state) addUser(u *User) {
	st.lastUser = max(st.lastUser, u.PK)
	st.users.put(u.PK, u)
}

// createUser answers POST core/users/. A new user is noted as created and, when
// it gets its groups, as updated.
func createUser(c *call) (answer, error) {
	if !c.may("authentik_core.add_user") {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	draft := &userDraft{User: c.freshUser()}
	if err := c.fillUser(draft, in, false); err != nil {
		return answer{}, err
	}
	c.st.addUser(draft.User)
	c.noteUser("model_created", draft.User)
	c.join(draft)
	c.noteUser("model_updated", draft.User)
	return created(c.renderUser(draft.User))
}

// changeUser answers PUT and PATCH core/users/{key}/.
func changeUser(partial bool) handler {
	return func(c *call) (answer, error) {
		user, err := userResource.foundFor(c, "change")
		if err != nil {
			return answer{}, err
		}
		in, err := c.body()
		if err != nil {
			return answer{}, err
		}
		next := *user
		draft := &userDraft{User: &next}
		if err := c.fillUser(draft, in, partial); err != nil {
			return answer{}, err
		}
		*user = next
		user.Updated = c.now()
		c.join(draft)
		c.noteUser("model_updated", user)
		return ok(c.renderUser(user))
	}
}

// fillUser reads the body into a draft, with the groups and roles it names.
func (c *call) fillUser(draft *userDraft, in obj, partial bool) error {
	errs := userResource.fill(c, draft.User, in, partial)
	also := fill([]rule[userDraft]{
		refs("groups", func(v any) (string, any) { return readRef(v, c.st.groups.has) }, func(d *userDraft) *[]string { return &d.groups }),
		refs("roles", func(v any) (string, any) { return readRef(v, c.st.roles.has) }, func(d *userDraft) *[]string { return &d.Roles }),
	}, draft, in, true)
	for key, problem := range also {
		errs[key] = problem
	}
	if len(errs) > 0 {
		return invalid(errs)
	}
	return nil
}

// join puts a user into the groups its draft names, and out of the others.
func (c *call) join(draft *userDraft) {
	if draft.groups == nil {
		return
	}
	for _, g := range c.st.groups.all() {
		if slices.Contains(draft.groups, g.PK) {
			g.Users = addMember(slices.Clone(g.Users), draft.PK)
		} else {
			g.Users = removeMember(slices.Clone(g.Users), draft.PK)
		}
	}
}

// forgetUser drops what referred to a deleted user.
func (c *call) forgetUser(pk int) {
	for _, g := range c.st.groups.all() {
		g.Users = removeMember(slices.Clone(g.Users), pk)
	}
	for _, b := range c.st.bindings.all() {
		if b.User == pk {
			c.st.bindings.remove(b.PK)
		}
	}
	for _, t := range c.st.tokens.all() {
		if t.User == pk {
			c.st.tokens.remove(t.Identifier)
		}
	}
}

func (c *call) noteUser(action string, u *User) {
	c.noteModel(action, "user", "authentik_core", u.PK, u.Name)
}

// setPassword answers POST core/users/{key}/set_password/.
func setPassword(c *call) (answer, error) {
	user, err := userResource.found(c)
	if err != nil {
		return answer{}, err
	}
	if !c.mayOn("authentik_core.reset_user_password", strconv.Itoa(user.PK)) {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	var draft User
	if errs := fill([]rule[User]{text("password", func(u *User) *string { return &u.password }).need()}, &draft, in, false); len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	user.password, user.PasswordChanged, user.Updated = draft.password, c.now(), c.now()
	c.note(Event{Action: "password_set", App: "authentik.events.signals", User: eventUser(user)})
	c.noteUser("model_updated", user)
	return noContent()
}

func (c *call) renderUser(u *User) obj {
	groups, objects := []string{}, []obj{}
	for _, g := range c.st.directGroups(u.PK) {
		groups, objects = append(groups, g.PK), append(objects, partialGroup(g))
	}
	rendered := obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active, "last_login": timeOrNull(u.LastLogin),
		"date_joined": timestamp(u.Joined), "is_superuser": c.st.superuser(u.PK), "groups": groups, "groups_obj": objects,
		"roles": u.Roles, "roles_obj": c.roleObjects(u.Roles), "email": u.Email, "avatar": avatar(u), "attributes": u.Attributes,
		"uid": u.UID, "path": u.Path, "type": u.Type, "uuid": u.UUID,
		"password_change_date": timestamp(u.PasswordChanged), "last_updated": timestamp(u.Updated),
	}
	if !c.included("include_groups", true) {
		rendered["groups_obj"] = nil
	}
	if !c.included("include_roles", true) {
		rendered["roles_obj"] = nil
	}
	return rendered
}

func partialUser(u *User) obj {
	return obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active, "last_login": timeOrNull(u.LastLogin),
		"email": u.Email, "attributes": u.Attributes, "uid": u.UID,
	}
}

// timestamp is a time as the API writes it.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func timeOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return timestamp(*t)
}

// prefixed keeps rows whose text begins with the value.
func prefixed[T any](field func(*T) string) filter[T] {
	return func(values []string) (func(*T) bool, string) {
		prefix := last(values)
		return func(row *T) bool { return strings.HasPrefix(field(row), prefix) }, ""
	}
}

// me answers GET core/users/me/.
func me(c *call) (answer, error) {
	u := c.user
	groups, roles := []obj{}, []obj{}
	for _, g := range c.st.directGroups(u.PK) {
		groups = append(groups, obj{"name": g.Name, "pk": g.PK})
	}
	for _, r := range c.st.rolesOf(u) {
		roles = append(roles, obj{"name": r.Name, "pk": r.PK})
	}
	return ok(obj{"user": obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active, "is_superuser": c.isSuperuser(),
		"groups": groups, "roles": roles, "email": u.Email, "avatar": avatar(u), "uid": u.UID,
		"settings": obj{}, "type": u.Type, "system_permissions": c.systemPermissions(),
	}})
}

// systemPermissions are the codenames of the application authentik_rbac the
// asking user holds. Others, such as add_application, are never among them.
func (c *call) systemPermissions() []string {
	held := []string{}
	for _, name := range rbacPermissions {
		if c.may("authentik_rbac." + name) {
			held = append(held, name)
		}
	}
	return held
}
