package pocketbase

import (
	"context"
	"time"
)

// ClockOffset returns by how much PocketBase's clock is ahead of this
// machine's, to about a second, by the Date of an answer to a guest.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	a := c.wire.read(ctx, call{path: "/api/health"})
	if a.Err != nil {
		return 0, unreachable(c.cfg.URL, a.Err)
	}
	return a.Ahead()
}
