package plans_test

import (
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
)

func shortValidity(w link.Warning) bool { return w.ID == report.WarnShortValidity }

func TestLifetimesThatAreTooShortAreWarnedOf(t *testing.T) {
	for text, warns := range map[string]bool{"seconds=9.9": true, "milliseconds=500": true, "seconds=10": false,
		"seconds=5;minutes=1": false} {
		for _, s := range []link.Spec{
			specWith(func(s *link.Spec) { s.Provider.AccessCodeValidity = &text }),
			specWith(func(s *link.Spec) { s.Provider.RefreshTokenValidity = &text }),
		} {
			one := pick(mustPlan(t, newWorld(), s).Warnings, shortValidity)
			if (one != nil) != warns || one != nil && !strings.Contains(one.Summary.String(), text) {
				t.Errorf("%s: %+v", text, one)
			}
		}
	}
}

// PocketBase takes an access token for expired 10 s early, unless it reads only the ID token.
func TestAnAccessTokenThatPocketBaseTakesForExpiredIsWarnedOf(t *testing.T) {
	for text, says := range map[string]string{"seconds=10": "Every sign-in fails.", "seconds=29": "slow connection",
		"seconds=30": ""} {
		s := specWith(func(s *link.Spec) { s.Provider.AccessTokenValidity = &text })
		one := pick(mustPlan(t, newWorld(), s).Warnings, shortValidity)
		if (one != nil) != (says != "") || one != nil && !strings.Contains(one.Detail.String(), says) {
			t.Errorf("%s: %+v", text, one)
		}
		s.PocketBase.UserInfo = new("id_token")
		if one := pick(mustPlan(t, newWorld(), s).Warnings, shortValidity); one != nil {
			t.Errorf("%s, with ID tokens: %+v", text, one)
		}
	}
}

func TestALifetimeOfZeroThatIsKeptIsWarnedOf(t *testing.T) {
	w := linkedWorld(t, minimal())
	w.providers[0].AccessCodeValidity = "seconds=0"
	one := pick(mustPlan(t, w, minimal()).Warnings, shortValidity)
	if one == nil || !strings.Contains(one.Detail.String(), "Every sign-in fails.") {
		t.Errorf("got %+v", one)
	}
}

func TestAccessByDefaultIsOnlySaidWhereItIsKnown(t *testing.T) {
	for name, test := range map[string]struct {
		closed, unknown bool
		want            report.WarningID
	}{
		"open":    {want: report.WarnOpenToEveryone},
		"closed":  {closed: true, want: report.WarnOpenToNobody},
		"unknown": {unknown: true, want: report.WarnAccessUnknown},
	} {
		a, p := newWorld().observe(new(minimal()).Query())
		a.ClosedByDefault, a.AccessUnknown = test.closed, test.unknown
		plan, problems := plans.New(new(minimal()), &a, &p, generated(1))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		for _, id := range []report.WarningID{report.WarnOpenToEveryone, report.WarnOpenToNobody,
			report.WarnAccessUnknown} {
			one := pick(plan.Warnings, func(w link.Warning) bool { return w.ID == id })
			if (one != nil) != (id == test.want) {
				t.Errorf("%s: the warnings are %v", name, warningIDs(plan))
			}
		}
	}
}
