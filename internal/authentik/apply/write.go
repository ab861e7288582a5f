package apply

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

const (
	writeTries = 3
	// firstWriteWait is how long at most the server is given to finish a write
	// whose answer was lost, before it is looked for.
	firstWriteWait = 1500 * time.Millisecond
)

// write is one request that changes something, with what is needed to find
// out what became of it.
type write struct {
	need rest.Need // what: `provider "PocketBase"`
	verb string    // "create", "change" or "delete"
	send rest.Execute
	// took reports whether the answer proves that the write was done.
	took func(rest.Answer) bool
	// look reads what is there now, by natural keys.
	look func(context.Context) (finding, error)
	// repeatable reports whether sending it twice leaves the same as once, so that
	// finding something else only means that it was not done yet.
	repeatable bool
	part       rest.Part     // what the keys of a refusal are keys of
	secrets    []secret.Text // never to be shown, should authentik repeat them
}

// finding is what a look found.
type finding struct {
	presence presence
	differs  []string // the fields of something different
}

type presence int

const (
	absent presence = iota
	asWanted
	different
)

type verdict int

const (
	done    verdict = iota
	refused         // not done, and not worth another try
	unsent          // never reached authentik
	unclear         // may have been done or not
)

func (w write) judge(a rest.Answer) verdict {
	switch {
	case a.Err != nil && !a.Left:
		return unsent
	case a.Err != nil:
		return unclear
	case w.took(a):
		return done
	case a.Status >= 500, a.Status < 300:
		return unclear
	case a.Status == http.StatusMethodNotAllowed && a.HTML():
		return unclear // an exception in authentik, see the facts of its API
	case !w.authentiks(a):
		return unclear // a proxy's own words about a request that it may have passed on
	case a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooManyRequests:
		return unclear
	}
	return refused
}

// authentiks reports whether a refusal is authentik's own: JSON, and neither a
// redirect nor a 401, which its API never answers with.
func (w write) authentiks(a rest.Answer) bool {
	_, isObject := a.Object()
	isList := json.Unmarshal(a.Body, &[]json.RawMessage{}) == nil
	return a.Status >= 400 && a.Status != http.StatusUnauthorized && (isObject || isList)
}

// sendWrite sends the write, finds out what became of it where the answer does
// not tell, and reads back what was written. Nothing is sent a second time
// unless it was seen that the first had no effect.
func (c Writer) sendWrite(ctx context.Context, w write) error {
	began := time.Now()
	for try := 1; ; try++ {
		a := c.Send(ctx, w.send)
		switch w.judge(a) {
		case done:
			return c.confirm(ctx, w)
		case unsent:
			return written(c.NoAnswer(a.Err), link.WrittenNone)
		case refused:
			if try > 1 && c.isThere(ctx, w) {
				return nil // an earlier try was slow, not lost
			}
			return written(c.refusal(w, a), link.WrittenNone)
		}
		if err := c.Pause(ctx, min(wire.Delay(firstWriteWait, try, a.Header),
			max(firstWriteWait, wire.Patience-time.Since(began)))); err != nil {
			return unknownFault(w, err)
		}
		found, err := w.look(ctx)
		switch {
		case err != nil:
			return unknownFault(w, err)
		case found.presence == asWanted:
			return nil
		case found.presence == different && !w.repeatable:
			return differentFault(w, found)
		case try == writeTries || time.Since(began) >= wire.Patience:
			return written(c.gaveUpFault(w, a), link.WrittenNone)
		}
	}
}

func (c Writer) isThere(ctx context.Context, w write) bool {
	found, err := w.look(ctx)
	return err == nil && found.presence == asWanted
}

// confirm reads back what was written and compares it.
func (c Writer) confirm(ctx context.Context, w write) error {
	found, err := w.look(ctx)
	switch {
	case err != nil:
		return unseenFault(w, err)
	case found.presence == asWanted:
		return nil
	}
	return storedOtherwiseFault(w, found)
}

// gone is the look of a delete: what is wanted is that nothing is there.
func gone(read func(context.Context) (rest.Object, error)) func(context.Context) (finding, error) {
	return func(ctx context.Context) (finding, error) {
		o, err := read(ctx)
		if err != nil {
			return finding{}, err
		}
		if o == nil {
			return finding{presence: asWanted}, nil
		}
		return finding{presence: different}, nil
	}
}

// deleted reports whether an answer proves a delete: it happened, or there was
// nothing left to delete.
func deleted(a rest.Answer) bool {
	return a.Status == http.StatusNoContent || a.Status == http.StatusNotFound && !a.HTML()
}

// stored reports whether an answer shows the object that was written.
func stored(a rest.Answer) bool {
	o, isObject := a.Object()
	return a.OK() && isObject && o.Text("pk") != ""
}

func seen(differs []string) finding {
	if len(differs) > 0 {
		return finding{presence: different, differs: differs}
	}
	return finding{presence: asWanted}
}
