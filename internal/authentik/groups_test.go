package authentik_test

import (
	"strings"
	"testing"

	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

func TestWhoseMembersAreSuperusers(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	plain := l.sim.AddGroup("plain")
	if is, err := c.Superusers(t.Context(), plain); err != nil || is {
		t.Errorf("a plain group: %v, %v", is, err)
	}
	_, err := c.Superusers(t.Context(), "6f0b3c3e-0000-4000-8000-000000000000")
	if fault := report.MessageOf(err); err == nil ||
		!strings.Contains(fault.Todo.String(), "the token may not see it") {
		t.Errorf("a group that cannot be seen: %v", err)
	}
}
