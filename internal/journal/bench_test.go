package journal

import (
	"testing"
	"time"
)

// A step is two syncs, of the file and of its directory.
func BenchmarkStep(b *testing.B) {
	s, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	r, err := s.Begin(new(smallPlan()), meta())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		fresh := *r
		if err := fresh.AboutTo(0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if _, err := Open(dir); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkListOfAHundred(b *testing.B) {
	s, err := open(b.TempDir(), &faulty{})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(0, 0)
	s.now = func() time.Time { at = at.Add(time.Second); return at }
	for range 100 {
		if _, _, err := life(s); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if list, _, err := s.List(); err != nil || len(list) != 100 {
			b.Fatal(len(list), err)
		}
	}
}
