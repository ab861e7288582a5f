package logs

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Bounded lets the first n lines of every minute through. The first of the
// next minute tells how many were left out.
func Bounded(next slog.Handler, n int) slog.Handler {
	return &bounded{next, &window{most: n}}
}

type bounded struct {
	slog.Handler
	window *window
}

type window struct {
	mu      sync.Mutex
	most    int
	begun   time.Time
	written int
	left    int
}

// take tells whether a line goes through, and how many did not before it.
func (w *window) take(now time.Time) (left int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.begun) >= time.Minute {
		w.begun, w.written = now, 0
	}
	if w.written >= w.most {
		w.left++
		return 0, false
	}
	w.written++
	left, w.left = w.left, 0
	return left, true
}

func (b *bounded) Handle(ctx context.Context, r slog.Record) error {
	left, ok := b.window.take(time.Now())
	if !ok {
		return nil
	}
	if left > 0 {
		r.AddAttrs(slog.Int("left_out", left))
	}
	return b.Handler.Handle(ctx, r)
}

func (b *bounded) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &bounded{b.Handler.WithAttrs(attrs), b.window}
}

func (b *bounded) WithGroup(name string) slog.Handler {
	return &bounded{b.Handler.WithGroup(name), b.window}
}
