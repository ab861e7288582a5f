package pocketbase

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"authpocket/internal/link"
)

// streamTime is how long the first event may take.
const streamTime = 4 * time.Second

// Realtime opens PocketBase's event stream at its public address as a guest
// and waits for the first event, which PocketBase sends at once. A proxy that
// holds it back holds back the sign-in as well.
func (c *Client) Realtime(ctx context.Context, d link.Desired) link.Check {
	check := link.Check{ID: link.CheckPocketBaseRealtime, System: link.PB, Title: "PocketBase's event stream arrives at once"}
	base := d.PocketBaseURL
	if base == "" {
		base = c.cfg.URL
	}
	asked := "GET " + base + "/api/realtime as a guest"
	const remedy = "Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase."
	ctx, cancel := context.WithTimeout(ctx, streamTime)
	defer cancel()
	began := time.Now()
	event, err := c.firstEvent(ctx, base)
	took := time.Since(began).Round(time.Millisecond)
	var odd *oddStream
	switch {
	case errors.As(err, &odd):
		return fail(check, link.CauseStreamRefused, asked+" was answered "+odd.Error()+", which is no event stream.", "Let the proxy in front of PocketBase pass /api/realtime.")
	case err != nil && ctx.Err() != nil:
		return fail(check, link.CauseBufferedStream, fmt.Sprintf("%s brought no event within %d s.", asked, streamTime/time.Second), remedy)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fail(check, link.CauseStreamBroken, asked+" ended before the first event.", "Let the proxy in front of PocketBase keep /api/realtime open.")
	case err != nil:
		return skip(check, asked+" got no answer. "+unreachable(base, err).Summary)
	case event != "PB_CONNECT":
		return fail(check, link.CauseStreamRefused, asked+" began with the event “"+plain(event)+"”, not with PocketBase's.", remedy)
	}
	return pass(check, fmt.Sprintf("%s brought the first event after %s.", asked, took))
}

// oddStream is an answer that is no event stream.
type oddStream struct {
	status int
	kind   string
}

func (o *oddStream) Error() string {
	if o.kind == "" {
		return fmt.Sprint(o.status)
	}
	return fmt.Sprintf("%d with the type %s", o.status, o.kind)
}

// firstEvent returns the name of the first event.
func (c *Client) firstEvent(ctx context.Context, base string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/realtime", nil)
	if err != nil {
		return "", fmt.Errorf("making the request for the event stream: %w", err)
	}
	r.Header.Set("Accept", "text/event-stream")
	res, err := c.wire.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("opening the event stream: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // the stream has no end
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode != http.StatusOK || kind != "text/event-stream" {
		return "", &oddStream{status: res.StatusCode, kind: plain(kind)}
	}
	lines := bufio.NewScanner(io.LimitReader(res.Body, 64<<10))
	for lines.Scan() {
		if name, found := strings.CutPrefix(lines.Text(), "event:"); found {
			return strings.TrimSpace(name), nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("reading the event stream: %w", err)
	}
	return "", fmt.Errorf("reading the event stream: %w", io.ErrUnexpectedEOF)
}
