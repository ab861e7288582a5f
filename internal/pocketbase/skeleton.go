package pocketbase

import (
	"context"
	"errors"

	"authpocket/internal/link"
)

var errNotYet = errors.New("not built yet")

// Check measures as a guest.
func (c *Client) Check(ctx context.Context, d link.Desired) []link.Check { return nil }

// Probe measures whether PocketBase reaches authentik.
func (c *Client) Probe(ctx context.Context, d link.Desired) link.Check { return link.Check{} }

// Warnings lists what an admin should know before the apply.
func Warnings(snap link.PocketBaseSnapshot, d link.Desired) []link.Warning { return nil }
