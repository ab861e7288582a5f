package view

import (
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
)

func TestTitles(t *testing.T) {
	if got := (Head{Title: "Review 1 change"}).FullTitle(); got != "Review 1 change – authpocket" {
		t.Error(got)
	}
	if got := (Head{Title: "Settings", Wrong: true}).FullTitle(); got != "Error: Settings – authpocket" {
		t.Error(got)
	}
}

func TestHost(t *testing.T) {
	for base, want := range map[string]string{
		"https://auth.company": "auth.company", "http://[::1]:9000/sub/": "[::1]:9000/sub", "": "", "no address": "no address",
	} {
		if got := Host(base); got != want {
			t.Errorf("%q is %q, want %q", base, got, want)
		}
	}
}

func TestConnectPagesHoldNoSecretAndSayWhatIsHeld(t *testing.T) {
	p := NewAuthentik(Head{}, AuthentikInput{URL: authentikURL, Held: true, From: "review"})
	if p.Token.HintText() != "A token is set. Leave empty to keep it" || p.Head.Back != "/review" || p.TokensURL != authentikURL+"/if/admin/#/core/tokens" {
		t.Errorf("%+v", p)
	}
	empty := NewAuthentik(Head{}, AuthentikInput{URL: "not an address"})
	if empty.TokensURL != "" || empty.Head.Back != "/" || empty.CAOpen || strings.Contains(empty.Token.HintText(), "is set") {
		t.Errorf("%+v", empty)
	}
	byPassword := NewPocketBase(Head{}, PocketBaseInput{URL: pocketbaseURL, With: "password", Held: true})
	if !byPassword.With.Options[1].Checked || byPassword.Token.Held != "" || byPassword.Password.Held == "" {
		t.Errorf("%+v", byPassword)
	}
}

func TestReviewKeepsTheOrderOfTheChanges(t *testing.T) {
	change := func(s link.System, object string, a link.Action) link.Change {
		return link.Change{System: s, Object: object, Action: a}
	}
	p := NewReview(Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{
		change(link.Authentik, "mapping", link.Create), change(link.Authentik, "provider", link.Update),
		change(link.PB, "rules", link.Update), change(link.Authentik, "binding", link.Delete),
	}}})
	var got []string
	for _, g := range p.Groups {
		for _, c := range g.Changes {
			got = append(got, g.System+": "+c.Verb+" "+c.Object)
		}
	}
	want := []string{"authentik: Create Mapping", "authentik: Change Provider", "PocketBase: Change Rules", "authentik: Delete Binding"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if p.Button != "Make 4 changes" || p.Head.Title != "Review 4 changes" {
		t.Errorf("%q, %q", p.Button, p.Head.Title)
	}
}

func TestReviewOfOneAndOfNothing(t *testing.T) {
	one := NewReview(Head{}, ReviewInput{Plan: link.Plan{Changes: []link.Change{{Object: "x"}}}})
	if one.Button != "Make 1 change" {
		t.Error(one.Button)
	}
	none := NewReview(Head{}, ReviewInput{})
	if one.warningsHeading() != "Before you go on" || none.warningsHeading() != "Worth knowing" {
		t.Error("the warnings' heading speaks of going on where there is nothing to do, or the other way round")
	}
	if none.Button != "" || none.Head.Title != "Nothing has to change" {
		t.Errorf("%+v", none)
	}
}

func TestChangeCardShowsValuesAsTheyAre(t *testing.T) {
	card := newChangeCard(link.Change{Action: link.Update, Fields: []link.Field{
		{Name: "list", Before: link.ShowList(nil), After: link.ShowList([]string{"a", "b"})}, {Name: "flag", Before: link.ShowFlag(false), After: link.ShowFlag(true)},
		{Name: "text", After: link.ShowText("one\ntwo")}, {Name: "secret", Before: link.ShowText("set"), After: link.ShowText("set (a new one)"), Sensitive: true},
	}})
	for i, want := range []struct{ before, after string }{{"(none)", "a|b"}, {"no", "yes"}, {"(none)", "one\ntwo"}, {"set", "set (a new one)"}} {
		f := card.Fields[i]
		if strings.Join(f.Before, "|") != want.before || strings.Join(f.After, "|") != want.after {
			t.Errorf("%s: %q → %q", f.Name, f.Before, f.After)
		}
	}
	if !card.Fields[2].Block || card.Fields[0].Block || !card.Updates || !card.Fields[3].Sensitive {
		t.Errorf("%+v", card)
	}
}

func TestUntil(t *testing.T) {
	if got := until(time.Date(2026, 11, 23, 19, 5, 0, 0, time.UTC), false); got != "set, good until 23 November 2026 19:05 UTC; it cannot be renewed" {
		t.Error(got)
	}
	if got := until(time.Time{}, true); got != "set" {
		t.Error(got)
	}
}

func TestApplySaysHowFarItIs(t *testing.T) {
	changes := []link.Change{{Object: "a"}, {Object: "b"}, {Object: "c"}}
	for name, one := range map[string]struct {
		in      Progress
		words   []string
		status  string
		outcome string
		check   bool
	}{
		"before":  {Progress{}, []string{"Waiting", "Waiting", "Waiting"}, "0 of 3 changes made", "", false},
		"between": {Progress{States: []string{"done", "running"}}, []string{"Done", "Under way", "Waiting"}, "1 of 3 changes made", "", false},
		"good":    {Progress{States: []string{"done", "done", "done"}, Ended: true}, []string{"Done", "Done", "Done"}, "3 of 3 changes made", "good", true},
		"failed":  {Progress{States: []string{"done", "failed"}, Failed: map[int][]link.Message{1: {{Summary: "x", Todo: "y"}}}, Stopped: stopped(link.Effect{Made: 1, Change: link.WrittenNone}, false), Ended: true}, []string{"Done", "Failed", "Not begun"}, "1 of 3 changes made", "bad", false},
		"stale":   {Progress{Ended: true, Stopped: stopped(link.Effect{Between: true}, true)}, []string{"Not begun", "Not begun", "Not begun"}, "0 of 3 changes made", "bad", false},
	} {
		t.Run(name, func(t *testing.T) {
			one.in.Changes = changes
			p := NewApply(Head{}, one.in, "/events")
			for i, want := range one.words {
				if p.Steps[i].Word != want {
					t.Errorf("step %d is %q, want %q", i, p.Steps[i].Word, want)
				}
			}
			if p.Status != one.status || (p.Outcome == nil) != (one.outcome == "") {
				t.Fatalf("%q, %+v", p.Status, p.Outcome)
			}
			if p.Head.Live == one.in.Ended || p.Head.Refresh == one.in.Ended || (p.Events == "") != one.in.Ended {
				t.Error("a page that is over must not move, and one that is not must")
			}
			if o := p.Outcome; o != nil && (o.Kind != one.outcome || o.Check != one.check) {
				t.Errorf("the outcome is %+v", o)
			}
		})
	}
}

func TestVerifyPutsWhatNeedsAttentionFirst(t *testing.T) {
	check := func(s link.Status) link.Check { return link.Check{Title: string(s), Status: s} }
	all := link.Checks{check(link.Pass), check(link.Skipped), check(link.Warn), check(link.Fail), check(link.Pass)}
	p := NewVerify(Head{}, VerifyInput{Begun: true, Ended: true, Checks: all}, "")
	var got []string
	for _, g := range p.Groups {
		got = append(got, g.Heading+"/"+g.Folded)
	}
	if want := []string{"To put right/", "To look at/", "Not measured/", "Passed/2 checks passed"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if p.Outcome.Text != "1 failed, 1 warning, 2 passed, 1 not measured." || p.Outcome.Kind != "bad" {
		t.Errorf("%+v", p.Outcome)
	}
}

// What was not measured is never told as good.
func TestVerifyOutcomes(t *testing.T) {
	check := func(s link.Status) link.Check { return link.Check{Status: s} }
	for name, one := range map[string]struct {
		checks link.Checks
		kind   string
	}{
		"all good":          {link.Checks{check(link.Pass), check(link.Pass)}, "good"},
		"good and skipped":  {link.Checks{check(link.Pass), check(link.Skipped)}, "good"},
		"warned":            {link.Checks{check(link.Pass), check(link.Warn)}, "warn"},
		"nothing measured":  {link.Checks{check(link.Skipped)}, "warn"},
		"no checks at all":  {nil, "warn"},
		"failed and warned": {link.Checks{check(link.Fail), check(link.Warn)}, "bad"},
	} {
		if got := verifyOutcomeOf(one.checks, false); got.Kind != one.kind {
			t.Errorf("%s: %q, want %q", name, got.Kind, one.kind)
		}
	}
}

// TestWhatComesNext: the first button is the next step, and once a sign-in has
// worked that is to finish.
func TestWhatComesNext(t *testing.T) {
	good, bad := link.Checks{{Status: link.Pass}}, link.Checks{{Status: link.Fail}}
	for name, one := range map[string]struct {
		checks   link.Checks
		signedIn bool
		first    string
	}{
		"before": {good, false, "Test sign-in"}, "after": {good, true, "Finish"}, "red": {bad, false, "Change the settings"}, "red since": {bad, true, "Change the settings"},
	} {
		if got := verifyOutcomeOf(one.checks, one.signedIn).Actions[0].Label; got != one.first {
			t.Errorf("%s: %q, want %q", name, got, one.first)
		}
	}
}

// TestNoLinkIsSaidInOneSentence: where neither side has anything, nothing is
// put right one by one.
func TestNoLinkIsSaidInOneSentence(t *testing.T) {
	nothing := link.Checks{
		{ID: "authentik.discovery", System: link.Authentik, Status: link.Fail, Cause: "discovery"},
		{ID: "pocketbase.auth-methods", System: link.PB, Status: link.Fail, Cause: "oauth2-off"},
		{ID: "clock", System: link.Authentik, Status: link.Pass},
	}
	p := NewVerify(Head{}, VerifyInput{Begun: true, Ended: true, Checks: nothing}, "")
	if p.Outcome.Heading != "There is no link yet" || len(p.Outcome.Actions) != 1 || p.Outcome.Actions[0].URL != "/settings" || len(p.Groups) != 1 || p.Groups[0].Folded == "" || len(p.Groups[0].Checks) != 3 {
		t.Errorf("%+v", p)
	}
	for i := range 2 {
		half := slices.Clone(nothing)
		half[i].Status = link.Pass
		if p := NewVerify(Head{}, VerifyInput{Begun: true, Ended: true, Checks: half}, ""); p.Outcome.Heading == "There is no link yet" {
			t.Errorf("%d: there is half a link", i)
		}
	}
}

func TestResultsSayWhenTheyCame(t *testing.T) {
	at := time.Date(2026, 5, 3, 10, 20, 30, 0, time.UTC)
	p := NewVerify(Head{}, VerifyInput{Begun: true, Ended: true, Checks: link.Checks{{Status: link.Pass}}, At: at}, "")
	if p.Outcome.Text != "1 passed. Measured at 10:20:30 UTC." {
		t.Error(p.Outcome.Text)
	}
}

func TestDone(t *testing.T) {
	d := link.Desired{
		PocketBaseURL: "https://pb.example/\"</script>", Application: link.ApplicationState{Slug: "app"},
		Collection: link.CollectionState{ID: "c1", Name: "people"}, Slot: link.OAuth2Provider{Slot: "oidc2"},
	}
	p := NewDone(Head{}, DoneInput{Desired: d, AuthentikAPI: authentikURL, PocketBaseAPI: pocketbaseURL, Checks: link.Checks{{Status: link.Pass}}, Held: true})
	for _, want := range []string{`new PocketBase("https://pb.example/\"\u003c/script\u003e")`, `.collection("people")`, `provider: "oidc2"`} {
		if !strings.Contains(p.Snippet, want) {
			t.Errorf("the snippet lacks %s:\n%s", want, p.Snippet)
		}
	}
	if p.Links[0].URL != authentikURL+"/if/admin/#/core/applications/app" || p.Links[1].URL != pocketbaseURL+"/_/#/collections?collection=c1" {
		t.Errorf("%+v", p.Links)
	}
	if p.Kind != "good" || len(p.Rounds) != 0 {
		t.Errorf("%+v", p)
	}
	failed := NewDone(Head{}, DoneInput{Desired: d, Checks: link.Checks{{Status: link.Fail}}})
	if failed.Kind != "warn" || !strings.Contains(failed.Head.Title, "a check failed") {
		t.Errorf("%+v", failed)
	}
}

func TestEveryFragmentHasItsTarget(t *testing.T) {
	plan := fixturePlan(link.Spec{Email: link.EmailTrustAll}, nil)
	h := Head{Ends: Ends{Shown: true}}
	running := NewApply(h, Progress{Changes: plan.Changes, States: []string{"done"}}, "/e")
	over := NewApply(h, Progress{Changes: plan.Changes, States: []string{"done", "done", "done"}, Ended: true}, "")
	verify := VerifyInput{Begun: true, Ended: true, Checks: fixtureChecks()}
	page, checks := render(t, Apply(running)), render(t, Verify(NewVerify(h, VerifyInput{Begun: true}, "/e")))
	test, tried := fixtureSignIn(), fixtureVerdict(true)
	ended := test
	ended.Verdict, ended.Returned, ended.Ended = &tried, true, true
	signIn := render(t, SignIn(NewSignIn(h, test, "/e")))
	for _, one := range []struct{ page, update string }{
		{pageText(t, page), text(t, ApplyUpdate(running, 0))}, {pageText(t, page), text(t, ApplyUpdate(over, -1))},
		{pageText(t, checks), text(t, VerifyUpdate(NewVerify(h, verify, "")))},
		{pageText(t, signIn), text(t, SignInUpdate(NewSignIn(h, ended, "")))},
	} {
		for part := range strings.SplitSeq(one.update, `<hx-partial hx-target="#`) {
			id, _, found := strings.Cut(part, `"`)
			if found && !strings.Contains(part[:1], "<") && !strings.Contains(one.page, `id="`+id+`"`) {
				t.Errorf("the page has no %q that the stream wants to replace", id)
			}
		}
	}
}
