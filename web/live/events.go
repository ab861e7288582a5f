package live

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"authpocket/web/view"
)

// heartbeat keeps proxies from closing an event stream that is silent. The page takes one that misses two for broken.
const heartbeat = 15 * time.Second

// here is the event of a heartbeat. The first one follows the request at once: a login page in the place of the stream
// has none.
const here = "event: here\ndata: here\n\n"

// takeTime is how long a browser may take for an event, so that one that
// stopped reading holds nothing.
const takeTime = 10 * time.Second

// Follow looks at a record as an event stream sees it: how many entries there are,
// whether it is over, and what is closed at the next move.
type Follow func() (count int, over bool, moved <-chan struct{})

// Stream sends the messages 1 to n of a record, then the last one as n+1 and
// the event "done". It begins after what the browser has already, and ends
// with the record, the browser or the program. Its error is that of a message
// that cannot be rendered. The caller has joined streams.
func Stream(w http.ResponseWriter, r *http.Request, ending <-chan struct{}, state Follow,
	message func(n int) templ.Component) error {
	out := http.NewResponseController(w)
	// A stream outlasts the server's limit, but each event has to be taken.
	hurry := func() { _ = out.SetWriteDeadline(time.Now().Add(takeTime)) }
	hurry()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	_, _ = fmt.Fprint(w, here)
	_ = out.Flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for sent := seen(r); ; {
		count, over, moved := state()
		last := count
		if over {
			last++
		}
		hurry()
		for sent < last {
			sent++
			if err := send(r.Context(), w, sent, message(sent)); err != nil {
				return err
			}
		}
		if over {
			_, _ = fmt.Fprint(w, "event: done\ndata: done\n\n")
		}
		if out.Flush() != nil || over {
			return nil
		}
		select {
		case <-moved:
		case <-beat.C:
			_, _ = fmt.Fprint(w, here)
		case <-r.Context().Done():
			return nil
		case <-ending:
			return nil
		}
	}
}

// seen is the number of the last message that the browser has.
func seen(r *http.Request) int {
	for _, v := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.Atoi(v); err == nil && n >= 0 {
			return n
		}
	}
	return 0
}

// send writes one message, every line of it marked as data.
func send(ctx context.Context, w http.ResponseWriter, id int, c templ.Component) error {
	body, err := view.Visible(ctx, new(bytes.Buffer), c)
	if err != nil {
		return fmt.Errorf("rendering event %d: %w", id, err)
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", id, bytes.ReplaceAll(bytes.TrimSpace(body), []byte("\n"),
		[]byte("\ndata: ")))
	return err
}
