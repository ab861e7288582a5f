package checks

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
)

func TestCheckOpenRules(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		rule string
		open bool
	}{
		{"", true}, {" ", true}, {`@request.context = "oauth2"`, true}, {`@request.context='oauth2'`, true},
		{"false", false}, {`@request.context != "oauth2"`, false},
	} {
		if got := link.PlainlyOpen(&one.rule); got != one.open {
			t.Errorf("%q: %v", one.rule, got)
		}
	}
	exempt := link.CollectionState{Name: "users", CreateRule: new(""), AuthRule: new(""), MFAEnabled: true,
		MFARule: `@request.context != 'oauth2'`}
	if got := Obstacles(rest.ParseRelease("0.39.11"), &exempt, &link.Desired{}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	needs := link.CollectionState{Name: "users", CreateRule: new(""), AuthRule: new(""), EmailRequired: true}
	if got := Obstacles(rest.ParseRelease("0.39.11"), &needs, &link.Desired{Email: link.EmailLeave}); len(got) != 1 ||
		got[0].Cause != report.CauseEmailUnverified {
		t.Errorf("%+v", got)
	}
}
