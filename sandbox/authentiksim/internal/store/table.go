package store

import "slices"

// Table keeps rows by key, in insertion order.
type Table[K comparable, T any] struct {
	rows map[K]*T
	keys []K
}

func newTable[K comparable, T any]() Table[K, T] {
	return Table[K, T]{rows: map[K]*T{}}
}

// Get returns the row with a key, or nil.
func (t *Table[K, T]) Get(key K) *T { return t.rows[key] }

// Has reports whether there is a row with a key.
func (t *Table[K, T]) Has(key K) bool {
	_, ok := t.rows[key]
	return ok
}

// Put adds a row, or replaces the one with its key in place.
func (t *Table[K, T]) Put(key K, row *T) {
	if !t.Has(key) {
		t.keys = append(t.keys, key)
	}
	t.rows[key] = row
}

// Remove deletes the row with a key, if there is one.
func (t *Table[K, T]) Remove(key K) {
	if !t.Has(key) {
		return
	}
	delete(t.rows, key)
	i := slices.Index(t.keys, key)
	t.keys = slices.Delete(t.keys, i, i+1)
}

// All returns a new slice of every row, oldest first.
func (t *Table[K, T]) All() []*T {
	rows := make([]*T, len(t.keys))
	for i, key := range t.keys {
		rows[i] = t.rows[key]
	}
	return rows
}

// Find returns the first row that matches, or nil.
func (t *Table[K, T]) Find(match func(*T) bool) *T {
	for _, key := range t.keys {
		if row := t.rows[key]; match(row) {
			return row
		}
	}
	return nil
}

// clone copies the rows. Values are replaced rather than changed in place, so the copies may share them.
func (t *Table[K, T]) clone() Table[K, T] {
	copied := newTable[K, T]()
	for _, key := range t.keys {
		row := *t.rows[key]
		copied.Put(key, &row)
	}
	return copied
}
