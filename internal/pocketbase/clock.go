package pocketbase

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// ClockOffset tells by how much PocketBase's clock is ahead of this
// machine's, to about a second, by the Date of an answer to a guest.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	sent := time.Now()
	a, err := c.wire.send(ctx, call{path: "/api/health"})
	if err != nil {
		return 0, unreachable(c.cfg.URL, err)
	}
	return a.ahead(sent, time.Now())
}

var errNoDate = errors.New("the answer has no date")

// ahead is by how much the clock behind an answer is ahead. The date has
// whole seconds, so half a second is added.
func (a answer) ahead(sent, received time.Time) (time.Duration, error) {
	date, err := http.ParseTime(a.header.Get("Date"))
	if err != nil {
		return 0, fmt.Errorf("reading the date of %s: %w", a.call, errors.Join(errNoDate, err))
	}
	middle := sent.Add(received.Sub(sent) / 2)
	return date.Add(time.Second / 2).Sub(middle).Round(time.Second / 2), nil
}

// readWithClock reads as superuser, and tells by how much the server's clock
// is ahead; zero where it does not say.
func (c *Client) readWithClock(ctx context.Context, one call, v any) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	one.token = c.token
	sent := time.Now()
	a, err := c.wire.patiently(ctx, one)
	switch {
	case err != nil:
		return 0, unreachable(c.cfg.URL, err)
	case a.status != http.StatusOK:
		return 0, c.unexpected(a)
	}
	if err := a.decode(v); err != nil {
		return 0, notPocketBase(a, err)
	}
	ahead, err := a.ahead(sent, time.Now())
	if errors.Is(err, errNoDate) {
		return 0, nil
	}
	return ahead, err
}

// logTime reads a time as PocketBase writes it, zero for anything else.
func logTime(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05.999Z07:00", text)
	if err != nil {
		return time.Time{}
	}
	return at
}
