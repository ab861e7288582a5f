package authentik

import (
	"context"
	"slices"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// readPermissions finds the permissions to add objects that the token's roles lack, so that a plan can warn
// before anything is written, and those that a proof needs. Any token may read its own roles and their permissions.
func (o *observation) readPermissions(ctx context.Context) error {
	if o.c.Identity().Superuser {
		o.snap.SeesAll = rest.PeoplePermissions()
		return nil
	}
	me, err := o.c.ReadMe(ctx)
	if err != nil {
		return o.optional(ctx, "the token's owner", err)
	}
	if me.Flag("is_superuser") {
		o.snap.SeesAll = rest.PeoplePermissions()
	}
	if me.Flag("is_superuser") || !me.Has("roles") {
		return nil
	}
	held := map[string]bool{}
	for _, role := range me.Objects("roles") {
		permissions, err := o.c.All(ctx, rest.List{Need: rest.Need{What: say.Of("permissions")},
			Call: rest.Get("/rbac/permissions/", "role", role.Text("pk"), "ordering", "codename")})
		if err != nil {
			o.c.Log.DebugContext(ctx, "the token's permissions cannot be known beforehand", "err", err)
			return ctx.Err()
		}
		for _, p := range permissions {
			held[p.Text("app_label")+"."+p.Text("codename")] = true
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	lacking := func(list []report.Permission) []report.Permission {
		return slices.DeleteFunc(list, func(perm report.Permission) bool { return held[string(perm)] })
	}
	o.snap.Missing = append(o.snap.Missing, lacking(rest.AddPermissions())...)
	o.snap.MissingForProof = lacking(rest.ProofPermissions())
	o.snap.SeesAll = slices.DeleteFunc(rest.PeoplePermissions(),
		func(perm report.Permission) bool { return !held[string(perm)] })
	return nil
}
