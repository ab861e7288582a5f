package authentik

import (
	"context"

	"authpocket/internal/authentik/login"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/link/addresses"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// SignIn signs a person in without a browser, and returns what authentik sends to the redirect URI. The error is a
// *signin.LoginError.
func (c *Client) SignIn(ctx context.Context, d link.Desired, o signin.Opening, who signin.Credentials) (signin.Return,
	error) {
	// Plain http to the other address was allowed when the token was sent.
	if addresses.Exposes(d.AuthentikURL) && d.AuthentikURL != c.URL {
		return signin.Return{}, &signin.LoginError{Stop: signin.StopStage, Step: say.Of("preparing the sign-in"),
			What: say.Of("The address is plain http: anyone on the network can read the password. Nothing was sent."),
			Todo: say.Of("Set authentik's public address to one with https://.")}
	}
	return login.Client{URL: d.AuthentikURL, HTTP: c.HTTP, Log: c.Log}.SignIn(ctx, o, who)
}

// Person returns what authentik's user tells of a sign-in to the link. The error is a *report.Fault.
func (c *Client) Person(ctx context.Context, d link.Desired, pk int) (signin.Person, error) {
	user, err := c.User(ctx, pk)
	return signin.Person{Inactive: user != nil && !user.Flag("is_active"), Email: user.Text("email"),
		Subject: rest.Subject(user, d.Provider.SubjectMode)}, err
}
