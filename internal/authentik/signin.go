package authentik

import (
	"context"

	"authpocket/internal/authentik/login"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/signin"
)

// SignIn signs a person in without a browser, and returns what authentik sends to the redirect URI. The error is a
// *signin.LoginError.
func (c *Client) SignIn(ctx context.Context, d link.Desired, o signin.Opening, who signin.Credentials) (signin.Return,
	error) {
	return login.Client{URL: d.AuthentikURL, HTTP: c.HTTP, Log: c.Log}.SignIn(ctx, o, who)
}

// Active reports whether a user may sign in at all. The error is a *link.Fault.
func (c *Client) Active(ctx context.Context, person int) (bool, error) {
	n := rest.Need{What: "users", Perm: link.PermViewUser}
	user, err := c.One(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreUsersRetrieve(ctx, int32(person)).Execute() // #nosec G115 -- from authentik
		return err
	})
	return user == nil || user.Flag("is_active"), err
}
