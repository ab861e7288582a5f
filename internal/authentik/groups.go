package authentik

import (
	"context"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Superusers reports whether the members of a group are superusers, because of the group or of one that it is in. The
// error is a *report.Fault, also if one of the groups cannot be seen.
func (c *Client) Superusers(ctx context.Context, group string) (bool, error) {
	need := rest.Need{What: say.Of("groups"), Perm: report.PermViewGroup}
	todo, seen := []string{group}, map[string]bool{"": true}
	for len(todo) > 0 {
		pk := todo[0]
		if todo = todo[1:]; seen[pk] {
			continue
		}
		seen[pk] = true
		a, err := c.Read(ctx, need, rest.Get(rest.Item("/core/groups/", pk), "include_users", "false"))
		if err != nil {
			return false, err
		}
		o, _ := a.Object()
		if o.Flag("is_superuser") {
			return true, nil
		}
		todo = append(append(todo, o.Text("parent")), o.Texts("parents")...) // versions have either
	}
	return false, nil
}
