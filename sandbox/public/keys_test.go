package public

import (
	"sync/atomic"
	"testing"
)

// Keys are made in advance for free places alone, and again once a place is free.
func TestKeysAreMadeForFreePlaces(t *testing.T) {
	var places atomic.Int64
	var asked atomic.Int64
	k := newKeys(4, func() int {
		asked.Add(1)
		return int(places.Load())
	})
	defer k.close()
	waitFor(t, "it asks three times for a place", func() bool { return asked.Load() >= 3 })
	if n := len(k.ready); n != 0 {
		t.Fatalf("%d keys for a full demo", n)
	}
	places.Store(1)
	waitFor(t, "there is a key", func() bool { return len(k.ready) == 1 })
	since := asked.Load()
	waitFor(t, "it asks again", func() bool { return asked.Load() >= since+2 })
	if n := len(k.ready); n != 1 {
		t.Errorf("%d keys for one free place", n)
	}
	key, err := k.take()
	if err != nil || key.N.BitLen() != keyBits {
		t.Errorf("the key is %v, %v", key, err)
	}
}
