package rest

import (
	"context"
	"strings"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

// BrandPath is the path of the brand that authentik chooses by the request's host. It needs no token.
const BrandPath = "/api/v3/core/brands/current/"

// Brand returns the brand of authentik's address. Any token may read it.
func (c *Client) Brand(ctx context.Context) (Object, error) {
	return c.One(ctx, Need{What: "brand"}, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreBrandsCurrentRetrieve(ctx).Execute()
		return err
	})
}

// DefaultAccess reports whether an application without bindings admits everyone, judging by a brand's or the
// settings' flags. known is false if these don't show it.
func DefaultAccess(o Object) (open, known bool) {
	const flag = "core_default_app_access"
	flags := o.Object("flags")
	return flags.Flag(flag), flags.Has(flag)
}

// StageBindingList returns the list of a flow's stages, in their order.
func (c *Client) StageBindingList(flow string) List {
	return List{Need{What: "stage bindings", Perm: link.PermViewStageBinding},
		func(ctx context.Context, page int32) error {
			_, _, err := c.API.FlowsAPI.FlowsBindingsList(ctx).Target(flow).Ordering("order").PageSize(PageSize).
				Page(page).Execute()
			return err
		}}
}

// User returns the user with that primary key, nil for none.
func (c *Client) User(ctx context.Context, pk int) (Object, error) {
	return c.One(ctx, Need{What: "user", Perm: link.PermViewUser}, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreUsersRetrieve(ctx, int32(pk)).Execute()
		return err
	})
}

// TestMapping runs a property mapping for a user and returns the result and whether it ran. It changes nothing.
func (c *Client) TestMapping(ctx context.Context, mapping string, user int) (Object, error) {
	pk := int32(user)
	body := api.PropertyMappingTestRequest{User: *api.NewNullableInt32(&pk)}
	return c.One(ctx, Need{What: "mapping tests", Perm: link.PermViewPropertyMapping}, func(ctx context.Context) error {
		_, _, err := c.API.PropertymappingsAPI.PropertymappingsAllTestCreate(ctx, mapping).
			PropertyMappingTestRequest(body).Execute()
		return err
	})
}

// StageKind returns the kind of a stage, such as "identification" or "user_login", empty if unknown. It is the name
// of the stage's app in authentik (authentik/stages).
func StageKind(stage Object) string {
	app, _, _ := strings.Cut(stage.Text("meta_model_name"), ".")
	kind, _ := strings.CutPrefix(app, "authentik_stages_")
	return kind
}
