package api

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func userTypes() []string {
	return []string{"internal", "external", "service_account", "internal_service_account"}
}

var emailPattern = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

// userDraft is a user with the groups from a request, since memberships are stored in the groups.
type userDraft struct {
	*store.User
	groups []string
}

func userResource() *rest.Resource[store.User] {
	return &rest.Resource[store.User]{
		App: "authentik_core", Model: "user", Noun: "User",
		Rows: func(st *store.State) []*store.User {
			anonymous := func(u *store.User) bool { return u.Username == store.AnonymousName }
			return slices.DeleteFunc(st.Users.All(), anonymous)
		},
		Key:          func(u *store.User) string { return strconv.Itoa(u.PK) },
		Number:       func(u *store.User) int { return u.PK },
		Title:        func(u *store.User) string { return u.Name },
		Render:       func(c *serve.Call, u *store.User) (obj, error) { return renderUser(c, u), nil },
		Filters:      userFilters,
		Search:       func(u *store.User) []string { return []string{u.Username, u.Name, u.Email, u.UUID} },
		ByDefault:    "username",
		Autocomplete: func(*serve.Call) obj { return userAutocomplete() },
		Orders: rest.Orders[store.User]{
			"username":     rest.ByText(func(u *store.User) string { return u.Username }),
			"name":         rest.ByText(func(u *store.User) string { return u.Name }),
			"email":        rest.ByText(func(u *store.User) string { return u.Email }),
			"date_joined":  func(a, b *store.User) int { return a.Joined.Compare(b.Joined) },
			"last_updated": func(a, b *store.User) int { return a.Updated.Compare(b.Updated) },
			"pk":           rest.ByNumber(func(u *store.User) int { return u.PK }),
		},
		Rules: func(*serve.Call) []rest.Rule[store.User] { return userRules() },
		Check: checkUser,
		Remove: func(c *serve.Call, u *store.User) {
			c.State.Users.Remove(u.PK)
			forgetUser(c, u.PK)
		},
	}
}

func userRules() []rest.Rule[store.User] {
	return []rest.Rule[store.User]{
		rest.Text("username", func(u *store.User) *string { return &u.Username }).Required().MaxLength(150),
		rest.BlankText("name", func(u *store.User) *string { return &u.Name }).Required(),
		rest.Flag("is_active", func(u *store.User) *bool { return &u.Active }),
		rest.BlankText("email", func(u *store.User) *string { return &u.Email }).MaxLength(254).
			Matching(emailPattern, "Enter a valid email address."),
		rest.Object("attributes", func(u *store.User) *map[string]any { return &u.Attributes }),
		rest.Text("path", func(u *store.User) *string { return &u.Path }),
		rest.Choice("type", userTypes(), func(u *store.User) *string { return &u.Type }),
	}
}

func userFilters(c *serve.Call) rest.Filters[store.User] {
	return rest.Filters[store.User]{
		"type":            rest.SomeOf(userTypes(), func(u *store.User) string { return u.Type }),
		"username":        rest.Equals(func(u *store.User) string { return u.Username }),
		"name":            rest.Equals(func(u *store.User) string { return u.Name }),
		"email":           rest.Equals(func(u *store.User) string { return u.Email }),
		"uuid":            rest.Equals(func(u *store.User) string { return u.UUID }),
		"path":            rest.Equals(func(u *store.User) string { return u.Path }),
		"is_active":       rest.IsTrue(func(u *store.User) bool { return u.Active }),
		"is_superuser":    rest.IsTrue(func(u *store.User) bool { return c.State.IsSuperuser(u.PK) }),
		"groups_by_name":  inGroup(c, func(g *store.Group) string { return g.Name }),
		"groups_by_pk":    inGroup(c, func(g *store.Group) string { return g.PK }),
		"path_startswith": rest.HasPrefix(func(u *store.User) string { return u.Path }),
	}
}

// inGroup keeps the users in one of the groups.
func inGroup(c *serve.Call, field func(*store.Group) string) rest.Filter[store.User] {
	return func(values []string) (func(*store.User) bool, string) {
		return func(u *store.User) bool {
			wanted := func(g *store.Group) bool { return slices.Contains(values, field(g)) }
			return slices.ContainsFunc(c.State.DirectGroups(u.PK), wanted)
		}, ""
	}
}

func checkUser(c *serve.Call, u *store.User) obj {
	taken := func(other *store.User) bool { return other.PK != u.PK && other.Username == u.Username }
	if c.State.Users.Find(taken) != nil {
		return obj{"username": rest.Messages("This field must be unique.")}
	}
	return obj{}
}

// createUser answers POST core/users/. The event log gets the creation and then an update with the groups.
func createUser(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_core.add_user") {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	draft := &userDraft{User: c.State.NewUser(c.Now())}
	if err := fillUser(c, draft, in, false); err != nil {
		return serve.Answer{}, err
	}
	c.State.AddUser(draft.User)
	noteUser(c, "model_created", draft.User)
	join(c, draft)
	noteUser(c, "model_updated", draft.User)
	return serve.Created(renderUser(c, draft.User))
}

// changeUser answers PUT and PATCH core/users/{key}/.
func changeUser(partial bool) serve.Handler {
	return func(c *serve.Call) (serve.Answer, error) {
		user, err := userResource().FoundFor(c, "change")
		if err != nil {
			return serve.Answer{}, err
		}
		in, err := c.Body()
		if err != nil {
			return serve.Answer{}, err
		}
		next := *user
		draft := &userDraft{User: &next}
		if err := fillUser(c, draft, in, partial); err != nil {
			return serve.Answer{}, err
		}
		*user = next
		user.Updated = c.Now()
		join(c, draft)
		noteUser(c, "model_updated", user)
		return serve.OK(renderUser(c, user))
	}
}

// fillUser reads the body into a draft, with its groups and roles.
func fillUser(c *serve.Call, draft *userDraft, in obj, partial bool) error {
	errs := userResource().Fill(c, draft.User, in, partial)
	also := rest.Fill([]rest.Rule[userDraft]{
		rest.RefList("groups", c.State.Groups.Has, func(d *userDraft) *[]string { return &d.groups }),
		rest.RefList("roles", c.State.Roles.Has, func(d *userDraft) *[]string { return &d.Roles }),
	}, draft, in, true)
	for key, problem := range also {
		errs[key] = problem
	}
	if len(errs) > 0 {
		return serve.Invalid(errs)
	}
	return nil
}

// join makes a user a member of the draft's groups only.
func join(c *serve.Call, draft *userDraft) {
	if draft.groups == nil {
		return
	}
	for _, g := range c.State.Groups.All() {
		if slices.Contains(draft.groups, g.PK) {
			g.Users = with(g.Users, draft.PK)
		} else {
			g.Users = without(g.Users, draft.PK)
		}
	}
}

// forgetUser removes references to a deleted user.
func forgetUser(c *serve.Call, pk int) {
	for _, g := range c.State.Groups.All() {
		g.Users = without(g.Users, pk)
	}
	for _, b := range c.State.Bindings.All() {
		if b.User == pk {
			c.State.Bindings.Remove(b.PK)
		}
	}
	for _, t := range c.State.Tokens.All() {
		if t.User == pk {
			c.State.Tokens.Remove(t.Identifier)
		}
	}
}

func noteUser(c *serve.Call, action string, u *store.User) {
	c.NoteModel(action, "user", "authentik_core", u.PK, u.Name)
}

// setPassword answers POST core/users/{key}/set_password/.
func setPassword(c *serve.Call) (serve.Answer, error) {
	user, err := userResource().Found(c)
	if err != nil {
		return serve.Answer{}, err
	}
	if !c.MayOn("authentik_core.reset_user_password", strconv.Itoa(user.PK)) {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	var draft store.User
	password := rest.Text("password", func(u *store.User) *string { return &u.Password }).Required()
	if errs := rest.Fill([]rest.Rule[store.User]{password}, &draft, in, false); len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	user.Password, user.PasswordChanged, user.Updated = draft.Password, c.Now(), c.Now()
	c.Note(store.Event{Action: "password_set", App: "authentik.events.signals", User: serve.EventUser(user)})
	noteUser(c, "model_updated", user)
	return serve.NoContent()
}

func renderUser(c *serve.Call, u *store.User) obj {
	groups, objects := []string{}, []obj{}
	for _, g := range c.State.DirectGroups(u.PK) {
		groups, objects = append(groups, g.PK), append(objects, partialGroup(g))
	}
	rendered := obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active,
		"last_login": timeOrNull(u.LastLogin), "date_joined": Timestamp(u.Joined),
		"is_superuser": c.State.IsSuperuser(u.PK), "groups": groups, "groups_obj": objects,
		"roles": u.Roles, "roles_obj": roleObjects(c, u.Roles),
		"email": u.Email, "avatar": u.Avatar(), "attributes": u.Attributes,
		"uid": u.UID, "path": u.Path, "type": u.Type, "uuid": u.UUID,
		"password_change_date": Timestamp(u.PasswordChanged), "last_updated": Timestamp(u.Updated),
	}
	if !included(c, "include_groups", true) {
		rendered["groups_obj"] = nil
	}
	if !included(c, "include_roles", true) {
		rendered["roles_obj"] = nil
	}
	return rendered
}

func partialUser(u *store.User) obj {
	return obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active,
		"last_login": timeOrNull(u.LastLogin), "email": u.Email, "attributes": u.Attributes, "uid": u.UID,
	}
}

// Timestamp returns a time in the form of the API.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func timeOrNull(t *time.Time) any {
	if t == nil {
		return nil
	}
	return Timestamp(*t)
}

// me answers GET core/users/me/.
func me(c *serve.Call) (serve.Answer, error) {
	u := c.User
	groups, roles := []obj{}, []obj{}
	for _, g := range c.State.DirectGroups(u.PK) {
		groups = append(groups, obj{"name": g.Name, "pk": g.PK})
	}
	for _, r := range c.State.RolesOf(u) {
		roles = append(roles, obj{"name": r.Name, "pk": r.PK})
	}
	return serve.OK(obj{"user": obj{
		"pk": u.PK, "username": u.Username, "name": u.Name, "is_active": u.Active, "is_superuser": c.IsSuperuser(),
		"groups": groups, "roles": roles, "email": u.Email, "avatar": u.Avatar(), "uid": u.UID,
		"settings": obj{}, "type": u.Type, "system_permissions": systemPermissions(c),
	}})
}

// systemPermissions returns the codenames of the app authentik_rbac that the caller holds. Permissions of other apps,
// such as add_application, are never included.
func systemPermissions(c *serve.Call) []string {
	held := []string{}
	for _, name := range rbacPermissions() {
		if c.May("authentik_rbac." + name) {
			held = append(held, name)
		}
	}
	return held
}
