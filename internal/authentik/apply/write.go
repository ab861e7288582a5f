package apply

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/wire"
)

const (
	writeTries = 3
	// firstWriteWait is the maximum time before a write whose response was lost
	// is looked for.
	firstWriteWait = 1500 * time.Millisecond
)

// verdict is the outcome of a write, judged by its response.
type verdict int

const (
	done    verdict = iota
	refused         // failed, and a retry is pointless
	unsent          // never reached authentik
	unclear         // may have succeeded
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
		return unclear // an exception in authentik
	case !w.authentiks(a):
		return unclear // from a proxy, which may have forwarded the request
	case a.Status == http.StatusRequestTimeout, a.Status == http.StatusTooManyRequests:
		return unclear
	}
	return refused
}

// authentiks reports whether an error response is authentik's own: JSON, and neither a redirect nor a 401,
// which its API never returns.
func (w write) authentiks(a rest.Answer) bool {
	_, isObject := a.Object()
	isList := json.Unmarshal(a.Body, &[]json.RawMessage{}) == nil
	return a.Status >= 400 && a.Status != http.StatusUnauthorized && (isObject || isList)
}

// sendWrite sends the write, determines its outcome if the response doesn't tell, and reads the object back. It
// never sends a write again without having seen that the first one had no effect.
// Waiting for a turn takes none of its time.
func (c *Writer) sendWrite(ctx context.Context, w write) (finding, error) {
	ctx, left, stop := outbound.Countdown(ctx, wire.Patience)
	defer stop()
	for try := 1; ; try++ {
		a := c.Send(ctx, w.call)
		switch w.judge(a) {
		case done:
			return c.confirm(ctx, w, a)
		case unsent:
			return finding{}, report.WithWritten(c.NoAnswer(a.Err), report.WrittenNone)
		case refused:
			if try > 1 {
				if found, err := w.look(ctx); err == nil && found.presence == asWanted {
					return found, nil // an earlier try was slow, not lost
				}
			}
			return finding{}, report.WithWritten(c.refusal(w, a), report.WrittenNone)
		}
		if err := c.Pause(ctx, min(wire.Delay(firstWriteWait, try, a.Header),
			max(firstWriteWait, left()))); err != nil {
			return finding{}, unknownFault(w, err)
		}
		found, err := w.look(ctx)
		switch {
		case err != nil:
			return found, unknownFault(w, err)
		case found.presence == asWanted:
			return found, nil
		case found.presence == different && w.verb == create:
			return found, differentFault(w, found) // a change or delete has not happened yet
		case try == writeTries || left() <= 0:
			return found, report.WithWritten(c.gaveUpFault(w, a), report.WrittenNone)
		}
	}
}

// confirm reads the written object back and compares it, unless the answer shows it as stored.
func (c *Writer) confirm(ctx context.Context, w write, a rest.Answer) (finding, error) {
	if o, isObject := a.Object(); isObject && w.stored != nil {
		if found := w.stored(o); found.presence == asWanted {
			return found, nil
		}
	}
	wire.Written(ctx)
	found, err := w.look(ctx)
	switch {
	case err != nil:
		return found, unseenFault(w, err)
	case found.presence == asWanted:
		return found, nil
	}
	return found, storedOtherwiseFault(w, found)
}

// took reports whether the response proves that the write succeeded.
func (w write) took(a rest.Answer) bool {
	o, isObject := a.Object()
	switch {
	case w.verb == remove: // nothing to delete is as good
		return a.Status == http.StatusNoContent || a.Status == http.StatusNotFound && !a.HTML()
	case w.kind == link.KindPair: // authentik returns 200 even if it rolled the transaction back
		return a.OK() && isObject && o.Flag("applied")
	}
	return a.OK() && isObject && o.Text("pk") != ""
}

func seen(differs []string, hidden bool) finding {
	if len(differs) > 0 || hidden {
		return finding{presence: different, differs: differs, hidden: hidden}
	}
	return finding{presence: asWanted}
}
