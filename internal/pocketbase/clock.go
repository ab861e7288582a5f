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

// logTime reads a time as PocketBase writes it, zero for anything else.
func logTime(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05.999Z07:00", text)
	if err != nil {
		return time.Time{}
	}
	return at
}
