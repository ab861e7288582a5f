package authentik

import (
	"context"

	"authpocket/internal/wire"
)

// need names what a call is for, in words for a refusal.
type need struct {
	what  string // "flows"
	perm  string // the permission the call needs
	field string // the form field or spec path a refusal belongs to
}

// read sends a call that changes nothing until a whole JSON object comes
// back. The error is a *link.Fault that wraps a statusError where there was
// an answer.
func (c *Client) read(ctx context.Context, n need, do execute) (answer, error) {
	return c.readAs(ctx, n, capture{}, do)
}

// readAs is read, each try with a capture of its own.
func (c *Client) readAs(ctx context.Context, n need, as capture, do execute) (answer, error) {
	a := answer{c.reads.Repeat(ctx, wire.JSON,
		func(ctx context.Context) wire.Answer { return sendAs(ctx, as, do).Answer })}
	if !a.OK() {
		return a, c.readFault(n, a)
	}
	if _, isObject := a.object(); !isObject {
		return a, c.unreadable(n, a)
	}
	return a, nil
}
