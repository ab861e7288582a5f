package rest

import (
	"context"
	"time"
)

// Read sends a superuser's read, repeating it as needed, and decodes the answer into v. The error is a *report.Fault.
func (c *Client) Read(ctx context.Context, one Call, v any) error {
	_, err := c.ReadWithClock(ctx, one, v)
	return err
}

// ReadWithClock is Read that also returns how far the server's clock is ahead, or zero if it does not say.
func (c *Client) ReadWithClock(ctx context.Context, one Call, v any) (time.Duration, error) {
	a := c.Wire.Read(ctx, c.Signed(one))
	if !a.OK() {
		return 0, c.Unexpected(a)
	}
	if !one.Whole(a) {
		return 0, NotPocketBase(a, nil)
	}
	if err := a.Decode(v); err != nil {
		return 0, NotPocketBase(a, err)
	}
	ahead, _ := a.Ahead()
	return ahead, nil
}
