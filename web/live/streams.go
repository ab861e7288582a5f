package live

import (
	"context"
	"net/http"
	"slices"
	"sync"
)

// StreamLimit bounds the event streams of one session, and of one invitation.
// A browser opens six connections to a host, and keeps streams only for pages
// that are in sight.
const StreamLimit = 4

// Streams are the open event streams of one session or invitation. The zero
// value has none.
type Streams struct {
	mu   sync.Mutex
	open []*oneStream // the oldest first
}

type oneStream struct{ end context.CancelFunc }

// Join returns the request with a context that ends with the stream. A stream
// beyond the limit ends the oldest, so that a reload is always answered. leave
// has to be called at the end.
func (s *Streams) Join(r *http.Request) (_ *http.Request, leave func()) {
	ctx, end := context.WithCancel(r.Context())
	one := &oneStream{end}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open = append(s.open, one); len(s.open) > StreamLimit {
		s.open[0].end()
		s.open = slices.Delete(s.open, 0, 1)
	}
	return r.WithContext(ctx), func() { s.leave(one) }
}

func (s *Streams) leave(one *oneStream) {
	one.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = slices.DeleteFunc(s.open, func(o *oneStream) bool { return o == one })
}

// End ends all of them.
func (s *Streams) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.open {
		one.end()
	}
	s.open = nil
}
