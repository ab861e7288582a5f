// Package authentik connects to an authentik, observes its objects and reads its events. The packages apply and checks
// write changes and check the running link.
package authentik

import (
	"context"

	"authpocket/internal/authentik/apply"
	"authpocket/internal/authentik/checks"
	"authpocket/internal/authentik/rest"
)

// Client is a connected authentik. It is safe for concurrent use.
type Client struct {
	*rest.Client
	*apply.Writer
	checks.Checker
}

// Connect returns a client after checking that authentik responds at the address, that its version is supported
// and that the token works. The error is a *report.Fault whose field is authentik.url or authentik.token.
func Connect(ctx context.Context, cfg rest.Config) (*Client, error) {
	c, err := rest.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newFacade(c), nil
}

func newFacade(c *rest.Client) *Client {
	return &Client{Client: c, Writer: apply.NewWriter(c), Checker: checks.Checker{Client: c}}
}
