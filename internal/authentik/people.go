package authentik

import (
	"context"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/people"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// usersPage is how many users are asked for at a time. authentik gives fewer if its settings say so, usually 100.
const usersPage = 500

// EachUser visits all users that the token sees, page by page, and keeps none. steady is false if the list changed
// meanwhile, so that somebody may have been left out. The error is a *report.Fault, a *rest.MissingPermission if the
// token may not read users.
func (c *Client) EachUser(ctx context.Context, visit func(people.User)) (steady bool, err error) {
	users := rest.List{Need: rest.Need{What: say.Of("users"), Perm: report.PermViewUser},
		Call: rest.Get(rest.PathUsers, "ordering", "pk", "include_groups", "false", "include_roles", "false")}
	return c.Walk(ctx, users, usersPage, func(o rest.Object) { visit(userState(o)) })
}

// userState returns a user as far as it decides about sign-ins.
func userState(o rest.Object) people.User {
	u := people.User{PK: o.Number("pk"), Username: rest.Plain(o.Text("username")), Email: o.Text("email"),
		Active: o.Flag("is_active"), Groups: o.Texts("groups"), Subjects: map[string]string{}}
	u.LastLogin, _ = time.Parse(time.RFC3339, o.Text("last_login"))
	for _, mode := range rest.SubjectModes() {
		if subject := rest.Subject(o, mode); subject != "" {
			u.Subjects[mode] = subject
		}
	}
	return u
}

// GroupParents returns the groups that each group is in itself, without those that are in none.
func (c *Client) GroupParents(ctx context.Context) (map[string][]string, error) {
	groups := rest.List{Need: rest.Need{What: say.Of("groups"), Perm: report.PermViewGroup},
		Call: rest.Get("/core/groups/", "ordering", "name", "include_users", "false")}
	parents := map[string][]string{}
	_, err := c.Walk(ctx, groups, usersPage, func(o rest.Object) {
		above := o.Texts("parents")
		if one := o.Text("parent"); one != "" { // versions have either
			above = append(above, one)
		}
		if len(above) > 0 {
			parents[o.Text("pk")] = above
		}
	})
	return parents, err
}
