package rest

import (
	"context"
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// Need describes a call, for messages about its failure.
type Need struct {
	What  say.Text          // what it requests, such as "flows"
	Perm  report.Permission // the permission the call needs
	Field string            // the form field or spec path of a failure
}

// AnonymousKey returns the key by which reads of an address without the token share their answer (wire.Share).
func AnonymousKey(address string) string { return "anonymous " + address }

func (c *Client) key(call Call) string {
	if call.anonymous {
		return AnonymousKey(c.target(call))
	}
	return c.target(call)
}

// Read repeats a call that changes nothing until it returns a JSON object. A GET is shared with those of the same
// moment. The error is a *report.Fault, which wraps a StatusError if there was a response.
func (c *Client) Read(ctx context.Context, n Need, call Call) (Answer, error) {
	send := func() wire.Answer {
		return c.Reads.Repeat(ctx, call.whole,
			func(ctx context.Context) wire.Answer { return c.Send(ctx, call).Answer })
	}
	var a Answer
	if call.Method == "" {
		a.Answer = wire.Share(ctx, c.key(call), send)
	} else {
		a.Answer = send()
	}
	if !a.OK() {
		return a, c.readFault(n, a)
	}
	o, _ := a.Object()
	if !call.fills(o) {
		return a, c.unreadable(n, a)
	}
	a.parsed = o
	return a, nil
}

// One returns one object, nil if authentik has none.
func (c *Client) One(ctx context.Context, n Need, call Call) (Object, error) {
	a, err := c.Read(ctx, n, call)
	if a.Status == http.StatusNotFound && !a.HTML() && a.Err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o, _ := a.Object()
	return o, nil
}
