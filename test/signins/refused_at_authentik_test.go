package signins

import (
	"slices"
	"testing"

	"authpocket/internal/report"
)

// Each is a state that a real sign-in failed in while every check passed.
func TestWhereASignInIsRefusedACheckFails(t *testing.T) {
	l := newLab(t)
	for _, one := range []struct {
		name  string
		cause report.CauseID
		spoil func(*linked)
	}{
		{"codes_of_no_time", report.CauseValidity, func(l *linked) {
			l.patchProvider(map[string]any{"access_code_validity": "seconds=0"})
		}},
		{"tokens_of_no_time", report.CauseValidity, func(l *linked) {
			l.patchProvider(map[string]any{"access_token_validity": "seconds=0"})
		}},
		{"a_flow_for_sources", report.CauseFlow, func(l *linked) {
			l.patchProvider(map[string]any{"authentication_flow": l.a.sim.AddSourceFlow()})
		}},
		{"a_name_that_is_a_list", report.CauseClaimType, func(l *linked) {
			l.attachMapping("profile", `return {"name": ["Ada"]}`)
		}},
		{"an_address_that_is_a_list", report.CauseClaimType, func(l *linked) {
			l.attachMapping("email", `return {"email": [request.user.email], "email_verified": True}`)
		}},
		{"a_mapping_that_raises", report.CauseMappingFails, func(l *linked) {
			l.attachMapping("email", `return {"email": request.user.attributes["mail"], "email_verified": True}`)
		}},
		{"a_mapping_that_returns_a_list", report.CauseMappingFails, func(l *linked) {
			l.attachMapping("email", `return ["x"]`)
		}},
	} {
		own := l.link(one.name, nil)
		one.spoil(own)
		checks := own.e.Verify(t.Context(), own.d, own.person)
		if !slices.ContainsFunc(checks, func(c report.Check) bool {
			return c.Status == report.Fail && c.Cause == one.cause && c.ID.Of(report.Authentik)
		}) {
			t.Errorf("%s: no check names %s:\n%s", one.name, one.cause, failures(checks))
		}
		if v := own.signIn(newBrowser(""), nil); v.Works {
			t.Errorf("%s: the sign-in works: %+v", one.name, v)
		}
	}
}
