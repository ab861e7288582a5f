package wire

import (
	"context"
	"net/http"
	"sync"
)

type momentKey struct{}

// moment holds the answers to the reads of one moment.
type moment struct {
	mu    sync.Mutex
	reads map[string]*shared
}

// shared is a read and its answer, nil until there is one that a repetition would give, too. The turn is held while it
// is sent.
type shared struct {
	turn   chan struct{}
	answer *Answer
}

// OneMoment returns a context in which all that measure at one moment share their reads: each is answered once. It
// returns one that already is.
func OneMoment(ctx context.Context) context.Context {
	if _, already := ctx.Value(momentKey{}).(*moment); already {
		return ctx
	}
	return context.WithValue(ctx, momentKey{}, &moment{reads: map[string]*shared{}})
}

// Alone returns a context that belongs to no moment.
func Alone(ctx context.Context) context.Context { return context.WithValue(ctx, momentKey{}, nil) }

// Share returns the answer to the read of that key in the moment that ctx belongs to, and sends it if nobody has.
// Outside of a moment it always sends.
func Share(ctx context.Context, key string, send func() Answer) Answer {
	m, ok := ctx.Value(momentKey{}).(*moment)
	if !ok {
		return send()
	}
	read := m.of(key)
	select {
	case read.turn <- struct{}{}:
	case <-ctx.Done():
		return Answer{Err: ctx.Err()}
	}
	defer func() { <-read.turn }()
	if read.answer != nil {
		return *read.answer
	}
	a := send()
	if a.OK() || a.Status >= http.StatusBadRequest && !worthRetrying(a, nil) {
		read.answer = &a
	}
	return a
}

// Known returns the answer to the read of that key, if somebody has it in the moment that ctx belongs to.
func Known(ctx context.Context, key string) (Answer, bool) {
	m, ok := ctx.Value(momentKey{}).(*moment)
	if !ok {
		return Answer{}, false
	}
	read := m.of(key)
	select {
	case read.turn <- struct{}{}:
	default:
		return Answer{}, false // it is being sent
	}
	defer func() { <-read.turn }()
	if read.answer == nil {
		return Answer{}, false
	}
	return *read.answer, true
}

func (m *moment) of(key string) *shared {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.reads[key] == nil {
		m.reads[key] = &shared{turn: make(chan struct{}, 1)}
	}
	return m.reads[key]
}
