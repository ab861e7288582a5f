// Package live holds what outlives a request: work, the record of what happens
// in it, and the event streams that follow a record.
package live

import "sync"

// Record is what has happened so far in work that outlives its request. It
// only grows, so a page can be drawn of it at any time and an event stream
// can begin anywhere.
type Record[T any] struct {
	mu      sync.Mutex
	entries []T
	over    bool
	moved   chan struct{} // closed at the next entry or the end
}

// NewRecord returns a record without entries.
func NewRecord[T any]() *Record[T] { return &Record[T]{moved: make(chan struct{})} }

// Add appends an entry and wakes its readers.
func (r *Record[T]) Add(entry T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries = append(r.entries, entry)
	r.wake()
}

// End says that no entry follows.
func (r *Record[T]) End() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	r.wake()
}

// wake tells everybody who waits. The caller holds mu.
func (r *Record[T]) wake() {
	close(r.moved)
	r.moved = make(chan struct{})
}

// Look returns all entries, whether there will be more, and what is closed
// when there are.
func (r *Record[T]) Look() (entries []T, over bool, moved <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[:len(r.entries):len(r.entries)], r.over, r.moved
}

// Count is Look with the number of entries.
func (r *Record[T]) Count() (count int, over bool, moved <-chan struct{}) {
	entries, over, moved := r.Look()
	return len(entries), over, moved
}
