package rest

import (
	"context"

	"authpocket/internal/link"
	"authpocket/internal/wire"
)

// Need describes a call, for messages about its failure.
type Need struct {
	What  string          // "flows"
	Perm  link.Permission // the permission the call needs
	Field string          // the form field or spec path of a failure
}

// Read repeats a call that changes nothing until it returns a JSON object. The error is a *link.Fault, which
// wraps a StatusError if there was a response.
func (c *Client) Read(ctx context.Context, n Need, do Execute) (Answer, error) {
	return c.readAs(ctx, n, capture{}, do)
}

// readAs is like Read, with a copy of the capture for each try.
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
