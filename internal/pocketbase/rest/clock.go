package rest

import (
	"context"
	"time"
)

// ClockOffset returns how far PocketBase's clock is ahead of this machine's, to about a second. It goes by the Date
// header of a guest's request.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	a := c.Wire.Read(ctx, Call{Path: "/api/health"})
	if a.Err != nil {
		return 0, Unreachable(c.cfg.URL, a.Err)
	}
	return a.Ahead()
}
