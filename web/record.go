package web

import "sync"

// record is what has happened so far in work that outlives its request. It
// only grows, so a page can be drawn of it at any time and an event stream
// can begin anywhere.
type record[T any] struct {
	mu      sync.Mutex
	entries []T
	over    bool
	moved   chan struct{} // closed at the next entry or the end
}

func newRecord[T any]() *record[T] { return &record[T]{moved: make(chan struct{})} }

func (r *record[T]) add(entry T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, entry)
	r.wake()
}

func (r *record[T]) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.wake()
}

// wake tells everybody who waits. The caller holds mu.
func (r *record[T]) wake() {
	close(r.moved)
	r.moved = make(chan struct{})
}

// look returns all entries, whether there will be more, and what is closed
// when there are.
func (r *record[T]) look() (entries []T, over bool, moved <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[:len(r.entries):len(r.entries)], r.over, r.moved
}
