package authentik

import (
	"context"
)

// readPermissions finds out which permissions to add objects the token's
// roles lack, so that a plan can tell before anything is written. Any token
// may read its own roles and what these hold.
func (o *observation) readPermissions(ctx context.Context) error {
	if o.c.identity.Superuser {
		return nil
	}
	me, err := o.c.readMe(ctx)
	if err != nil {
		return o.optional(ctx, "the token's owner", err)
	}
	if me.flag("is_superuser") || !me.has("roles") {
		return nil
	}
	held := map[string]bool{}
	for _, role := range me.objects("roles") {
		permissions, err := o.c.all(ctx, o.c.permissionList(role.text("pk")))
		if err != nil {
			o.c.Log.DebugContext(ctx, "the token's permissions cannot be known beforehand", "err", err)
			return ctx.Err()
		}
		for _, p := range permissions {
			held[p.text("app_label")+"."+p.text("codename")] = true
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, perm := range addPermissions() {
		if !held[perm] {
			o.snap.Missing = append(o.snap.Missing, perm)
		}
	}
	return nil
}

func (c *Facade) permissionList(role string) list {
	return list{need{what: "permissions"}, func(ctx context.Context, page int32) error {
		_, _, err := c.API.RbacAPI.RbacPermissionsList(ctx).Role(role).Ordering("codename").PageSize(pageSize).
			Page(page).Execute()
		return err
	}}
}

// readNameTaken looks for a provider of another kind that has the queried
// name, for names are unique over all kinds.
func (o *observation) readNameTaken(ctx context.Context) error {
	name := o.q.ProviderName
	if name == "" {
		return nil
	}
	found, err := o.c.exactly(ctx, o.c.anyProviderList(name), "name", name)
	if err != nil {
		return o.optional(ctx, "all providers", err)
	}
	for _, p := range found {
		if isOAuth2(p) {
			continue // in the list of those, or not visible in it
		}
		o.snap.NameTaken = p.text("verbose_name")
		if o.snap.NameTaken == "" {
			o.snap.NameTaken = "provider of another kind"
		}
	}
	return nil
}

func isOAuth2(p object) bool {
	return p.text("meta_model_name") == "authentik_providers_oauth2.oauth2provider" ||
		p.text("component") == "ak-provider-oauth2-form"
}
