package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// BrandPath is the path of the brand that authentik chooses by the request's host. It needs no token.
const BrandPath = "/api/v3/core/brands/current/"

func brandCall() Call { return Call{Path: "/core/brands/current/", anonymous: true} }

// Brand returns the brand of authentik's address.
func (c *Client) Brand(ctx context.Context) (Object, error) {
	return c.One(ctx, Need{What: say.Of("brand")}, brandCall())
}

// DefaultAccess reports whether an application without bindings admits everyone, judging by a brand's or the
// settings' flags. known is false if these don't show it.
func DefaultAccess(o Object) (open, known bool) {
	const flag = "core_default_app_access"
	flags := o.Object("flags")
	return flags.Flag(flag), flags.Has(flag)
}

// User returns the user with that primary key, nil for none.
func (c *Client) User(ctx context.Context, pk int) (Object, error) {
	return c.One(ctx, Need{What: say.Of("user"), Perm: report.PermViewUser},
		Get(Item("/core/users/", strconv.Itoa(pk))))
}

// TestMapping runs a property mapping for a user and returns the result and whether it ran. It changes nothing.
func (c *Client) TestMapping(ctx context.Context, mapping string, user int) (Object, error) {
	return c.One(ctx, Need{What: say.Of("mapping tests"), Perm: report.PermViewPropertyMapping},
		Call{Method: http.MethodPost,
			Path: Item("/propertymappings/all/", mapping) + "test/", Body: map[string]any{"user": user}})
}

// StageKind returns the kind of a stage, such as "identification" or "user_login", empty if unknown. It is the name
// of the stage's app in authentik (authentik/stages).
func StageKind(stage Object) string {
	app, _, _ := strings.Cut(stage.Text("meta_model_name"), ".")
	kind, _ := strings.CutPrefix(app, "authentik_stages_")
	return kind
}
