package rest

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/wire"
)

// Need names what a call is for, in words for a refusal.
type Need struct {
	What  string          // "flows"
	Perm  link.Permission // the permission the call needs
	Field string          // the form field or spec path a refusal belongs to
}

// Read sends a call that changes nothing until a whole JSON object comes
// back. The error is a *link.Fault that wraps a StatusError where there was
// an answer.
func (c *Client) Read(ctx context.Context, n Need, do Execute) (Answer, error) {
	return c.readAs(ctx, n, capture{}, do)
}

// readAs is read, each try with a capture of its own.
func (c *Client) readAs(ctx context.Context, n Need, as capture, do Execute) (Answer, error) {
	a := Answer{c.Reads.Repeat(ctx, wire.JSON,
		func(ctx context.Context) wire.Answer { return sendAs(ctx, as, do).Answer })}
	if !a.OK() {
		return a, c.readFault(n, a)
	}
	if _, isObject := a.Object(); !isObject {
		return a, c.unreadable(n, a)
	}
	return a, nil
}
