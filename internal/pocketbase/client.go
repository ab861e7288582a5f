// Package pocketbase connects to a PocketBase, one of the two external systems, and observes its state. Its packages
// apply, checks and signins carry out changes, check the running link and take part in sign-ins.
package pocketbase

import (
	"context"

	"authpocket/internal/pocketbase/apply"
	"authpocket/internal/pocketbase/checks"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/pocketbase/signins"
)

// Client is a connected PocketBase. It is safe for concurrent use.
type Client struct {
	*rest.Client
	apply.Writer
	checks.Checker
	signins.SignIns
}

// Connect signs in to the PocketBase at the address and checks that authpocket works with it.
func Connect(ctx context.Context, cfg rest.Config) (*Client, error) {
	c, err := rest.Connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return newFacade(c), nil
}

func newFacade(c *rest.Client) *Client {
	return &Client{Client: c, Writer: apply.Writer{Client: c}, Checker: checks.Checker{Client: c},
		SignIns: signins.SignIns{Client: c}}
}
