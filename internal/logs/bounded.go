package logs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Bounded returns a handler that passes the first n lines of each minute to
// next. The first line after a gap carries the number of dropped lines.
func Bounded(next slog.Handler, n int) slog.Handler {
	return &bounded{next, &window{limit: n}}
}

type bounded struct {
	slog.Handler
	window *window
}

type window struct {
	mu      sync.Mutex
	limit   int
	start   time.Time
	written int
	dropped int
}

// take reports whether a line may be written, and how many were dropped since
// the last one.
func (w *window) take(now time.Time) (dropped int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.start) >= time.Minute {
		w.start, w.written = now, 0
	}
	if w.written >= w.limit {
		w.dropped++
		return 0, false
	}
	w.written++
	dropped, w.dropped = w.dropped, 0
	return dropped, true
}

func (b *bounded) Handle(ctx context.Context, r slog.Record) error {
	dropped, ok := b.window.take(time.Now())
	if !ok {
		return nil
	}
	if dropped > 0 {
		r.AddAttrs(slog.Int("left_out", dropped))
	}
	return b.Handler.Handle(ctx, r)
}

func (b *bounded) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &bounded{b.Handler.WithAttrs(attrs), b.window}
}

func (b *bounded) WithGroup(name string) slog.Handler {
	return &bounded{b.Handler.WithGroup(name), b.window}
}
