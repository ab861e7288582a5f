package checks

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// streamTime is how long the first event may take.
const streamTime = 4 * time.Second

// Realtime opens PocketBase's event stream at its public address as a guest and waits for the first event, which
// PocketBase sends at once. A proxy that delays this event also delays the sign-in.
func (c *Checker) Realtime(ctx context.Context, d link.Desired) report.Check {
	check := report.Check{ID: report.CheckPocketBaseRealtime, System: report.PB,
		Title: say.Of("PocketBase's event stream arrives at once")}
	base := d.PocketBaseURL
	if base == "" {
		base = c.URL()
	}
	asked := say.Of("GET %s/api/realtime as a guest", base)
	const remedy = "Turn off buffering and compression for /api/realtime in the proxy in front of PocketBase."
	limited, cancel := outbound.WithTimeout(ctx, streamTime)
	defer cancel()
	a := c.firstEvent(limited, base)
	event := string(a.Body)
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	switch {
	case a.Err != nil && limited.Err() != nil && c.answers(ctx, base):
		return *check.Fails(report.CauseBufferedStream,
			say.Of("%s delivered no event within %d s.", asked, int(streamTime.Seconds())), say.Of(remedy))
	case errors.Is(a.Err, io.ErrUnexpectedEOF):
		return *check.Fails(report.CauseStreamBroken, say.Of("%s ended before the first event.", asked),
			say.Of("Configure the proxy in front of PocketBase to keep /api/realtime open."))
	case a.Err != nil:
		fault := rest.Unreachable(base, a.Err)
		return *check.SkipsSaying(say.Of("%s got no answer. %s", asked, fault.Summary), fault)
	case !isStream(a.Status, a.Header):
		said := say.Of("%s was answered %s, which is not an event stream.", asked, strconv.Itoa(a.Status))
		if kind != "" {
			said = say.Of("%s was answered %s with the type %s, which is not an event stream.", asked,
				strconv.Itoa(a.Status), rest.Plain(kind))
		}
		return *check.Fails(report.CauseStreamRefused, said, say.Of("Configure the proxy in front of PocketBase to "+
			"pass /api/realtime."))
	case event != "PB_CONNECT":
		return *check.Fails(report.CauseStreamRefused, say.Of("%s began with the event “%s”, not PB_CONNECT.", asked,
			rest.Plain(event)),
			say.Of(remedy))
	}
	return *check.Passes(say.Of("%s delivered the first event after %s.", asked, say.Span(a.Took())))
}

// answers reports whether anything but the stream is answered: a network that swallows all of it is no proxy that holds
// the stream back.
func (c *Checker) answers(ctx context.Context, base string) bool {
	ctx, cancel := outbound.WithTimeout(ctx, streamTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/health", nil)
	return err == nil && wire.Do(c.Wire.Do, r).Err == nil
}

func isStream(status int, h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return status == http.StatusOK && kind == "text/event-stream"
}

// firstEvent opens the stream, repeating that as needed. The answer's body is the name of the first event.
func (c *Checker) firstEvent(ctx context.Context, base string) rest.Answer {
	return c.Wire.Reads.Repeat(ctx, nil, func(ctx context.Context) rest.Answer {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/realtime", nil)
		if err != nil {
			return rest.Answer{Err: err}
		}
		r.Header.Set("Accept", "text/event-stream")
		return wire.Do(c.openStream, r)
	})
}

// openStream replaces the body of an event stream, which never ends, with the name of its first event.
func (c *Checker) openStream(r *http.Request) (*http.Response, error) {
	res, err := c.Wire.Do(r)
	if err != nil || !isStream(res.StatusCode, res.Header) {
		return res, err
	}
	stream := res.Body
	defer func() { _ = stream.Close() }()
	lines := bufio.NewScanner(io.LimitReader(stream, 64<<10))
	for lines.Scan() {
		if name, found := strings.CutPrefix(lines.Text(), "event:"); found {
			res.Body = io.NopCloser(strings.NewReader(strings.TrimSpace(name)))
			return res, nil
		}
	}
	return nil, cmp.Or(lines.Err(), io.ErrUnexpectedEOF)
}
