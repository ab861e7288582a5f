package pocketbase

import (
	"context"
	"time"
)

// read sends a superuser's read until it is answered, and decodes the answer
// into v. Its error is a *link.Fault.
func (c *Client) read(ctx context.Context, one call, v any) error {
	_, err := c.readWithClock(ctx, one, v)
	return err
}

// readWithClock is read, and returns by how much the server's clock is ahead;
// zero where it does not say.
func (c *Client) readWithClock(ctx context.Context, one call, v any) (time.Duration, error) {
	a := c.wire.read(ctx, c.signed(one))
	if !a.OK() {
		return 0, c.unexpected(a)
	}
	if err := a.Decode(v); err != nil {
		return 0, notPocketBase(a, err)
	}
	ahead, _ := a.Ahead()
	return ahead, nil
}
