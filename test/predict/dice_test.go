package predict_test

import (
	"math/bits"

	"pgregory.net/rapid"
)

// dice draws the parts of a world. Unlike rapid's own choice, theirs does not favour the ends of a list.
type dice struct{ t *rapid.T }

// index returns a number from 0 to n-1. It shrinks to 0.
func (d dice) index(n int) int {
	return rapid.Custom(func(t *rapid.T) int {
		drawn := 0
		for range bits.Len(uint(n)) + 5 {
			drawn <<= 1
			if rapid.Bool().Draw(t, "bit") {
				drawn |= 1
			}
		}
		return drawn % n
	}).Draw(d.t, "index")
}

// chance reports true in so many of 100 cases. It shrinks to false.
func (d dice) chance(percent int) bool { return d.index(100) >= 100-percent }

// one returns one of the values. It shrinks to the first.
func one[T any](d dice, from ...T) T { return from[d.index(len(from))] }

// weighted is a choice that is drawn so many times as often as one of weight 1.
type weighted[T any] struct {
	weight int
	choice T
}

// likely returns one of the choices by their weights. It shrinks to the first.
func likely[T any](d dice, from ...weighted[T]) T {
	all := 0
	for _, w := range from {
		all += w.weight
	}
	at := d.index(all)
	for _, w := range from {
		if at -= w.weight; at < 0 {
			return w.choice
		}
	}
	return from[0].choice
}
