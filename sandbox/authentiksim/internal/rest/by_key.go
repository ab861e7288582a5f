package rest

import (
	"fmt"
	"reflect"

	"authpocket/sandbox/authentiksim/internal/serve"
)

// FindKey returns the key of the first row with these values, or nil.
func (r *Resource[T]) FindKey(c *serve.Call, values obj) (any, error) {
	for _, row := range r.Rows(c.State) {
		rendered, err := r.Render(c, row)
		if err != nil {
			return nil, err
		}
		if hasAll(rendered, values) {
			return rendered["pk"], nil
		}
	}
	return nil, nil
}

// hasAll reports whether an object has all these values. Numbers compare by value.
func hasAll(object, values obj) bool {
	for key, value := range values {
		have := object[key]
		if n, isInt := have.(int); isInt {
			have = float64(n)
		}
		if n, isInt := value.(int); isInt {
			value = float64(n)
		}
		if !reflect.DeepEqual(have, value) {
			return false
		}
	}
	return true
}

func (r *Resource[T]) byKey(c *serve.Call, key any) *T {
	for _, row := range r.Rows(c.State) {
		if r.Key(row) == fmt.Sprint(key) {
			return row
		}
	}
	return nil
}

// Put creates a row, or changes the one with a key, and returns its key.
func (r *Resource[T]) Put(c *serve.Call, key any, in obj) (any, obj) {
	if key == nil {
		row := r.Fresh(c)
		if errs := r.Fill(c, row, in, false); len(errs) > 0 {
			return nil, errs
		}
		r.Add(c, row)
		return r.ownKey(row), nil
	}
	row := r.byKey(c, key)
	before, next := *row, *row
	if errs := r.Fill(c, &next, in, true); len(errs) > 0 {
		return nil, errs
	}
	*row = next
	if r.Saved != nil {
		r.Saved(c, &before, row)
	}
	return key, nil
}

// ownKey returns a row's key in the type that the API uses.
func (r *Resource[T]) ownKey(row *T) any {
	if r.Number != nil {
		return r.Number(row)
	}
	return r.Key(row)
}

// Drop deletes the row with a key.
func (r *Resource[T]) Drop(c *serve.Call, key any) { r.Remove(c, r.byKey(c, key)) }
