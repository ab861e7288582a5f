package journal

import (
	"context"
	"errors"
	"strings"
	"testing"

	"authpocket/internal/journal/lock"
)

func TestOneProcessHasALinkOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := mustOpen(t, dir), mustOpen(t, dir)
	key := Key("https://a.company/", "https://p.company")
	unlock, err := a.Lock(t.Context(), key)
	must(t, err)
	for name, s := range map[string]*Store{"the same store": a, "another store": b} {
		if _, err := s.Lock(t.Context(), Key("https://a.company", "https://p.company/")); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
		if running, err := s.locks.Held(key); !running || err != nil {
			t.Errorf("%s: running is %v, %v", name, running, err)
		}
	}
	unlock()
	unlock2, err := b.Lock(t.Context(), key)
	must(t, err)
	unlock() // a second call does not release the new holder's lock
	if _, err := a.Lock(t.Context(), key); !errors.Is(err, ErrLocked) {
		t.Errorf("after a second unlock: %v", err)
	}
	unlock2()
	if running, err := a.locks.Held(key); running || err != nil {
		t.Errorf("at the end: %v, %v", running, err)
	}
}

// What is said about a lock that is refused.
func TestALockThatIsRefusedIsSaid(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	for refused, says := range map[error]string{
		lock.ErrBusy:        "right now",
		lock.ErrNotHonoured: "granted its lock to both",
	} {
		err := s.notLocked(refused)
		said := wordsOf(t, err)
		if !errors.Is(err, ErrLocked) || !strings.Contains(said, says) || !nothingWritten(err) {
			t.Errorf("of %v it says %v", refused, err)
		}
	}
	if err := s.notLocked(context.Canceled); !errors.Is(err, context.Canceled) || errors.Is(err, ErrLocked) {
		t.Errorf("of a context that has ended it says %v", err)
	}
}
