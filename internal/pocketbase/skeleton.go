package pocketbase

import (
	"context"
	"errors"

	"authpocket/internal/link"
)

var errNotYet = errors.New("not built yet")

// Connect checks on the spot whether cfg leads to a PocketBase and its superuser.
func Connect(ctx context.Context, cfg Config) (*Client, error) { return nil, errNotYet }

// RequestOTP has PocketBase e-mail a one-time password to the superuser cfg.Email.
func RequestOTP(ctx context.Context, cfg Config) (otpID string, err error) { return "", errNotYet }

// Observe reads what a link needs to know.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.PocketBaseSnapshot, error) {
	return link.PocketBaseSnapshot{}, errNotYet
}

// Apply carries out one change.
func (c *Client) Apply(ctx context.Context, ch link.Change) error { return errNotYet }

// Check measures as a guest.
func (c *Client) Check(ctx context.Context, d link.Desired) []link.Check { return nil }

// Probe measures whether PocketBase reaches authentik.
func (c *Client) Probe(ctx context.Context, d link.Desired) link.Check { return link.Check{} }

// Warnings lists what an admin should know before the apply.
func Warnings(snap link.PocketBaseSnapshot, d link.Desired) []link.Warning { return nil }
