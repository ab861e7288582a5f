package rest

import (
	"context"
	"time"
)

// ClockOffset returns how far PocketBase's clock is ahead of this machine's, to about a second. It goes by the Date
// header of a response that an observation needs too.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	a := c.Wire.Read(ctx, c.Signed(settingsCall()))
	if a.Err != nil {
		return 0, Unreachable(c.cfg.URL, a.Err)
	}
	return a.Ahead()
}
