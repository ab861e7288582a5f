package lock

import (
	"errors"
	"testing"
	"time"
)

func TestLinksOfOneRunHoldALockTogether(t *testing.T) {
	l := In(t.TempDir())
	joint, key := NewJoint(l), "https://a.company https://p.company"
	first, err := joint.Lock(t.Context(), key)
	must(t, err)
	second, err := joint.Lock(t.Context(), key)
	must(t, err)
	first()
	first() // more than once
	if _, err := l.Lock(t.Context(), key); !errors.Is(err, ErrBusy) {
		t.Errorf("others get the lock that the second still holds: %v", err)
	}
	second()
	alone, err := l.Lock(t.Context(), key)
	must(t, err)
	if _, err := joint.Lock(t.Context(), key); !errors.Is(err, ErrBusy) {
		t.Errorf("the lock of another is held together with it: %v", err)
	}
	alone()
}

func TestOneLinkWritesToASystemAtATime(t *testing.T) {
	j := NewJoint(nil)
	end := j.Write("one")
	j.Write("other")()
	second := make(chan struct{})
	go func() {
		j.Write("one")()
		close(second)
	}()
	select {
	case <-second:
		t.Error("two links write to one system")
	case <-time.After(20 * time.Millisecond):
	}
	end()
	<-second
}
