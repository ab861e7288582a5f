package rest

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// errorLevel is the level at which PocketBase logs a refused request.
const errorLevel = 8

// LogsOff returns why PocketBase would not log the probe, or the empty string if it will.
func (c *Client) LogsOff(ctx context.Context) say.Text {
	var got struct {
		Logs struct {
			MaxDays  int `json:"maxDays"`
			MinLevel int `json:"minLevel"`
		} `json:"logs"`
	}
	err := c.Read(ctx, Call{Path: "/api/settings", Query: url.Values{"fields": {"logs"}}}, &got)
	switch {
	case err != nil:
		return report.MessageOf(err).What()
	case got.Logs.MaxDays == 0:
		return say.Of("PocketBase keeps no logs (Settings › Logs, retention 0 days), so its errors cannot be read.")
	case got.Logs.MinLevel > errorLevel:
		return say.Of("PocketBase's log leaves out errors (Settings › Logs, minimum level), so they cannot be read.")
	}
	return say.Text{}
}

// LogTime parses a time in PocketBase's format. It returns the zero time for anything else.
func LogTime(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05.999Z07:00", text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// LogWaits returns the pauses before each look at the log: PocketBase writes it 3 s after the last line that it adds
// (core/base.go), and a look adds none. They add up to 30 s, the first ShortWait of them to 6 s.
func LogWaits() []time.Duration {
	ms, s := time.Millisecond, time.Second
	return []time.Duration{3100 * ms, 300 * ms, 600 * ms, 2 * s, 2 * s, 3 * s, 4 * s, 5 * s, 5 * s, 5 * s}
}

// ShortWait is how many looks are enough where the log is only a hint.
const ShortWait = 4

// LogLine is one line of PocketBase's request log.
type LogLine struct {
	Created string `json:"created"`
	Data    struct {
		URL     string          `json:"url"`
		Method  string          `json:"method"`
		Status  int             `json:"status"`
		Error   string          `json:"error"`
		Details json.RawMessage `json:"details"`
		UserIP  string          `json:"userIP"`
	} `json:"data"`
}
