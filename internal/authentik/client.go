// Package authentik is one of the two outside systems: it connects to an
// authentik, observes what it holds and tells what happened there. Its
// packages apply and checks carry out changes and check the running link.
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
	apply.Writer
	checks.Checker
}

// Connect checks on the spot that an authentik answers at the address,
// that it is new enough, and whose token this is. Its error is a *link.Fault
// whose field is authentik.url or authentik.token.
func Connect(ctx context.Context, cfg rest.Config) (*Client, error) {
	c, err := rest.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newFacade(c), nil
}

func newFacade(c *rest.Client) *Client {
	return &Client{Client: c, Writer: apply.Writer{Client: c}, Checker: checks.Checker{Client: c}}
}
