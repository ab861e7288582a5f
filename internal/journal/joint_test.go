package journal

import (
	"errors"
	"testing"
)

func TestLinksOfOneRunHoldALockTogether(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	joint, key := NewJoint(s), Key("https://a.company", "https://p.company")
	first, err := joint.Lock(t.Context(), key)
	must(t, err)
	second, err := joint.Lock(t.Context(), key)
	must(t, err)
	first()
	first() // more than once
	if _, err := s.Lock(t.Context(), key); !errors.Is(err, ErrLocked) {
		t.Errorf("others get the lock that the second still holds: %v", err)
	}
	second()
	alone, err := s.Lock(t.Context(), key)
	must(t, err)
	if _, err := joint.Lock(t.Context(), key); !errors.Is(err, ErrLocked) {
		t.Errorf("the lock of another is held together with it: %v", err)
	}
	alone()
}
