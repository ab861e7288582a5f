package store

import "slices"

// table keeps rows by key, in the order in which they were added.
type table[K comparable, T any] struct {
	rows map[K]*T
	keys []K
}

func newTable[K comparable, T any]() table[K, T] {
	return table[K, T]{rows: map[K]*T{}}
}

func (t *table[K, T]) Get(key K) *T { return t.rows[key] }

func (t *table[K, T]) Has(key K) bool {
	_, ok := t.rows[key]
	return ok
}

// put adds a row, or replaces the one with its key in place.
func (t *table[K, T]) Put(key K, row *T) {
	if !t.Has(key) {
		t.keys = append(t.keys, key)
	}
	t.rows[key] = row
}

func (t *table[K, T]) Remove(key K) {
	if !t.Has(key) {
		return
	}
	delete(t.rows, key)
	i := slices.Index(t.keys, key)
	t.keys = slices.Delete(t.keys, i, i+1)
}

// all is every row, oldest first. The slice is the caller's; the rows are not.
func (t *table[K, T]) All() []*T {
	rows := make([]*T, len(t.keys))
	for i, key := range t.keys {
		rows[i] = t.rows[key]
	}
	return rows
}

// find is the first row that matches, or nil.
func (t *table[K, T]) Find(match func(*T) bool) *T {
	for _, key := range t.keys {
		if row := t.rows[key]; match(row) {
			return row
		}
	}
	return nil
}

// clone copies the rows. Rows are changed as wholes, so what they refer to can
// be shared.
func (t *table[K, T]) clone() table[K, T] {
	copied := newTable[K, T]()
	for _, key := range t.keys {
		row := *t.rows[key]
		copied.Put(key, &row)
	}
	return copied
}
