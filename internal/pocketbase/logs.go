package pocketbase

import (
	"context"
	"net/url"
	"time"

	"authpocket/internal/link"
)

// logsOff says why PocketBase would not log the probe, empty if it will.
func (c *Client) logsOff(ctx context.Context) string {
	var got struct {
		Logs struct {
			MaxDays  int `json:"maxDays"`
			MinLevel int `json:"minLevel"`
		} `json:"logs"`
	}
	err := c.read(ctx, call{path: "/api/settings", query: url.Values{"fields": {"logs"}}}, &got)
	switch {
	case err != nil:
		return link.MessageOf(err).What()
	case got.Logs.MaxDays == 0:
		return "PocketBase keeps no logs (Settings › Logs, retention 0 days), so its errors cannot be read."
	case got.Logs.MinLevel > errorLevel:
		return "PocketBase's log leaves out errors (Settings › Logs, minimum level), so they cannot be read."
	}
	return ""
}

// logTime reads a time as PocketBase writes it, zero for anything else.
func logTime(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05.999Z07:00", text)
	if err != nil {
		return time.Time{}
	}
	return at
}
