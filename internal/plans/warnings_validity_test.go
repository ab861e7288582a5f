package plans_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
)

func shortValidity(w link.Warning) bool { return w.ID == link.WarnShortValidity }

func TestLifetimesBelowTenSecondsAreWarnedOf(t *testing.T) {
	for text, warns := range map[string]bool{"seconds=9.9": true, "milliseconds=500": true, "seconds=10": false,
		"seconds=5;minutes=1": false} {
		for _, s := range []link.Spec{
			specWith(func(s *link.Spec) { s.Provider.AccessCodeValidity = &text }),
			specWith(func(s *link.Spec) { s.Provider.AccessTokenValidity = &text }),
			specWith(func(s *link.Spec) { s.Provider.RefreshTokenValidity = &text }),
		} {
			one := pick(mustPlan(t, newWorld(), s).Warnings, shortValidity)
			if (one != nil) != warns || one != nil && !strings.Contains(one.Summary, text) {
				t.Errorf("%s: %+v", text, one)
			}
		}
	}
}

func TestALifetimeOfZeroThatIsKeptIsWarnedOf(t *testing.T) {
	w := linkedWorld(t, minimal())
	w.providers[0].AccessCodeValidity = "seconds=0"
	one := pick(mustPlan(t, w, minimal()).Warnings, shortValidity)
	if one == nil || !strings.Contains(one.Detail, "Every sign-in fails.") {
		t.Errorf("got %+v", one)
	}
}

func TestAccessByDefaultIsOnlySaidWhereItIsKnown(t *testing.T) {
	for name, test := range map[string]struct {
		closed, unknown bool
		want            link.WarningID
	}{
		"open":    {want: link.WarnOpenToEveryone},
		"closed":  {closed: true, want: link.WarnOpenToNobody},
		"unknown": {unknown: true, want: link.WarnAccessUnknown},
	} {
		a, p := newWorld().observe(minimal().Query())
		a.ClosedByDefault, a.AccessUnknown = test.closed, test.unknown
		plan, problems := plans.New(minimal(), a, p, generated(1))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		for _, id := range []link.WarningID{link.WarnOpenToEveryone, link.WarnOpenToNobody, link.WarnAccessUnknown} {
			one := pick(plan.Warnings, func(w link.Warning) bool { return w.ID == id })
			if (one != nil) != (id == test.want) {
				t.Errorf("%s: the warnings are %v", name, warningIDs(plan))
			}
		}
	}
}
