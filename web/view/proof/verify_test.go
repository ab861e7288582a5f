package proof

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
)

func TestVerifyPutsWhatNeedsAttentionFirst(t *testing.T) {
	check := func(s report.Status) report.Check { return report.Check{Title: say.Raw(string(s)), Status: s} }
	all := report.Checks{check(report.Pass), check(report.Skipped), check(report.Warn), check(report.Fail),
		check(report.Pass)}
	p := NewVerify(view.Head{}, VerifyInput{Begun: true, Ended: true, Checks: all}, "")
	var got []string
	for _, g := range p.Groups {
		got = append(got, say.Of("%s/%s", g.Heading, g.Folded).String())
	}
	if want := []string{"Failed/", "Warnings/", "Skipped/", "Passed/2 checks passed"}; !slices.Equal(got,
		want) {
		t.Errorf("%q", got)
	}
	if p.Outcome.Text.String() != "1 failed, 1 warning, 2 passed, 1 skipped." || p.Outcome.Kind != "bad" {
		t.Errorf("%+v", p.Outcome)
	}
}

// What was not measured is never told as good.
func TestVerifyOutcomes(t *testing.T) {
	check := func(s report.Status) report.Check { return report.Check{Status: s} }
	for name, one := range map[string]struct {
		checks report.Checks
		kind   string
	}{
		"all good":          {report.Checks{check(report.Pass), check(report.Pass)}, "note"},
		"good and skipped":  {report.Checks{check(report.Pass), check(report.Skipped)}, "note"},
		"warned":            {report.Checks{check(report.Pass), check(report.Warn)}, "warn"},
		"nothing measured":  {report.Checks{check(report.Skipped)}, "warn"},
		"no checks at all":  {nil, "warn"},
		"failed and warned": {report.Checks{check(report.Fail), check(report.Warn)}, "bad"},
	} {
		got := verifyOutcomeOf(one.checks, report.SignedIn{})
		if got.Kind != one.kind {
			t.Errorf("%s: %q, want %q", name, got.Kind, one.kind)
		}
		if one.kind == "note" && !strings.Contains(got.Heading.String(), "No sign-in has been tried yet") {
			t.Errorf("%s: %q", name, got.Heading)
		}
	}
}

// TestWhatComesNext: the first button is the next step, and once a sign-in has
// worked that is to finish.
func TestWhatComesNext(t *testing.T) {
	good, bad := report.Checks{{Status: report.Pass}}, report.Checks{{Status: report.Fail}}
	for name, one := range map[string]struct {
		checks   report.Checks
		signedIn bool
		first    string
	}{
		"before": {good, false, "Prove it now"}, "after": {good, true, "Finish"},
		"red": {bad, false, "Change the settings"}, "red since": {bad, true, "Change the settings"},
	} {
		var seen report.SignedIn
		if one.signedIn {
			seen = report.SignedIn{Name: "ada@example.com", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
		}
		got := verifyOutcomeOf(one.checks, seen)
		if got.Actions[0].Label.String() != one.first {
			t.Errorf("%s: %q, want %q", name, got.Actions[0].Label, one.first)
		}
		if name == "after" && (got.Kind != "good" || got.Heading.String() != "Works: ada@example.com signed in at "+
			"03:04 UTC") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestNoLinkIsSaidInOneSentence: where neither side has anything, nothing is
// put right one by one.
func TestNoLinkIsSaidInOneSentence(t *testing.T) {
	nothing := report.Checks{
		{ID: "authentik.discovery", System: report.Authentik, Status: report.Fail, Cause: "discovery"},
		{ID: "pocketbase.auth-methods", System: report.PB, Status: report.Fail, Cause: "oauth2-off"},
		{ID: "clock", System: report.Authentik, Status: report.Pass},
	}
	p := NewVerify(view.Head{}, VerifyInput{Begun: true, Ended: true, Checks: nothing}, "")
	if p.Outcome.Heading.String() != "There is no link yet" || len(p.Outcome.Actions) != 1 ||
		p.Outcome.Actions[0].URL != "/settings" || len(p.Groups) != 1 || p.Groups[0].Folded.Empty() ||
		len(p.Groups[0].Checks) != 3 {
		t.Errorf("%+v", p)
	}
	for i := range 2 {
		half := slices.Clone(nothing)
		half[i].Status = report.Pass
		if p := NewVerify(view.Head{}, VerifyInput{Begun: true, Ended: true, Checks: half},
			""); p.Outcome.Heading.String() == "There is no link yet" {
			t.Errorf("%d: there is half a link", i)
		}
	}
}

func TestResultsSayWhenTheyCame(t *testing.T) {
	at := time.Date(2026, 5, 3, 10, 20, 30, 0, time.UTC)
	p := NewVerify(view.Head{}, VerifyInput{Begun: true, Ended: true, Checks: report.Checks{{Status: report.Pass}},
		At: at},
		"")
	if p.Outcome.Text.String() != "1 passed. Checked at 10:20:30 UTC." {
		t.Error(p.Outcome.Text)
	}
}

func TestWhatABrowserIsToldOfPocketBase(t *testing.T) {
	if got := healthURL(
		"https://pb.company/sub/api/realtime?authpocket=x"); got != "https://pb.company/sub/api/health" {
		t.Error(got)
	}
}
