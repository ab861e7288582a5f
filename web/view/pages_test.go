package view_test

import (
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/sandbox/stories"
	"authpocket/web/view"
	"authpocket/web/view/changes"
	"authpocket/web/view/proof"
	"authpocket/web/view/setup"
)

func TestConnectPagesHoldNoSecretAndSayWhatIsHeld(t *testing.T) {
	p := setup.NewAuthentik(view.Head{}, setup.AuthentikInput{URL: stories.AuthentikURL, Held: true, From: "review"})
	if p.Token.HintText().String() != "A token is set. Leave empty to keep it" || p.Head.Back != "/review" ||
		p.TokensURL != stories.AuthentikURL+"/if/admin/#/core/tokens" {
		t.Errorf("%+v", p)
	}
	empty := setup.NewAuthentik(view.Head{}, setup.AuthentikInput{URL: "not an address"})
	if empty.TokensURL != "" || empty.Head.Back != "/" || empty.CAOpen ||
		strings.Contains(empty.Token.HintText().String(),
			"is set") {
		t.Errorf("%+v", empty)
	}
	byPassword := setup.NewPocketBase(view.Head{}, setup.PocketBaseInput{URL: stories.PocketBaseURL, With: "password",
		Held: true})
	if !byPassword.With.Options[1].Checked || !byPassword.Token.Held.Empty() || byPassword.Password.Held.Empty() {
		t.Errorf("%+v", byPassword)
	}
}

func TestApplySaysHowFarItIs(t *testing.T) {
	made := []link.Change{{Object: say.Of("a")}, {Object: say.Of("b")}, {Object: say.Of("c")}}
	for name, one := range map[string]struct {
		in      changes.Progress
		words   []string
		status  string
		outcome string
		check   bool
	}{
		"before": {changes.Progress{}, []string{"Waiting", "Waiting", "Waiting"}, "0 of 3 changes applied", "", false},
		"between": {changes.Progress{States: []string{"done", "running"}}, []string{"Done", "In progress", "Waiting"},
			"1 of 3 changes applied", "", false},
		"good": {changes.Progress{States: []string{"done", "done", "done"}, Ended: true},
			[]string{"Done", "Done", "Done"}, "3 of 3 changes applied", "good", true},
		"failed": {changes.Progress{States: []string{"done", "failed"},
			Failed:  map[int][]report.Message{1: {{Summary: say.Of("x"), Todo: say.Of("y")}}},
			Stopped: stopped(report.Effect{Made: 1, Change: report.WrittenNone}, false), Ended: true},
			[]string{"Done", "Failed", "Not started"}, "1 of 3 changes applied", "bad", false},
		"stale": {changes.Progress{Ended: true, Stopped: stopped(report.Effect{Between: true}, true)},
			[]string{"Not started", "Not started", "Not started"}, "0 of 3 changes applied", "bad", false},
	} {
		t.Run(name, func(t *testing.T) {
			one.in.Changes = made
			p := changes.NewApply(view.Head{}, one.in, "/events")
			for i, want := range one.words {
				if p.Steps[i].Word.String() != want {
					t.Errorf("step %d is %q, want %q", i, p.Steps[i].Word, want)
				}
			}
			if p.Status.String() != one.status || (p.Outcome == nil) != (one.outcome == "") {
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

func TestDone(t *testing.T) {
	d := link.Desired{
		PocketBaseURL: "https://pb.example/\"</script>", Application: link.ApplicationState{Slug: "app"},
		Collection: link.CollectionState{ID: "c1", Name: "people"}, Slot: link.OAuth2Provider{Slot: "oidc2"},
	}
	p := changes.NewDone(&view.Head{}, changes.DoneInput{Desired: d, AuthentikAPI: stories.AuthentikURL,
		PocketBaseAPI: stories.PocketBaseURL, Checks: report.Checks{{Status: report.Pass}}, Held: true,
		SignedIn: report.SignedIn{Name: "ada@example.com", At: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)}})
	for _, want := range []string{`new PocketBase("https://pb.example/\"\u003c/script\u003e")`, `.collection("people")`,
		`provider: "oidc2"`} {
		if !strings.Contains(p.Snippet, want) {
			t.Errorf("the snippet lacks %s:\n%s", want, p.Snippet)
		}
	}
	if p.Links[0].URL != stories.AuthentikURL+"/if/admin/#/core/applications/app" ||
		p.Links[1].URL != stories.PocketBaseURL+"/_/#/collections?collection=c1" {
		t.Errorf("%+v", p.Links)
	}
	if p.Kind != "good" || p.Lead.String() != "Works: ada@example.com signed in at 03:04 UTC." || len(p.Rounds) != 0 ||
		len(p.Next) != 0 {
		t.Errorf("%+v", p)
	}
	unseen := changes.NewDone(&view.Head{}, changes.DoneInput{Desired: d, Checks: report.Checks{{Status: report.Pass}},
		Later: true})
	if unseen.Kind == "good" || !strings.Contains(unseen.Lead.String(), "No sign-in has been tried yet.") ||
		len(unseen.Next) != 2 || unseen.Next[0].URL != "/prove" {
		t.Errorf("without a sign-in: %+v", unseen)
	}
	failed := changes.NewDone(&view.Head{}, changes.DoneInput{Desired: d, Checks: report.Checks{{Status: report.Fail}}})
	if failed.Kind != "warn" || !strings.Contains(failed.Head.Title.String(), "a check failed") {
		t.Errorf("%+v", failed)
	}
}

func TestEveryFragmentHasItsTarget(t *testing.T) {
	plan := stories.Plan(link.Spec{Email: link.EmailTrustAll}, nil)
	h := view.Head{Ends: view.Ends{Shown: true}}
	running := changes.NewApply(h, changes.Progress{Changes: plan.Changes, States: []string{"done"}}, "/e")
	over := changes.NewApply(h, changes.Progress{Changes: plan.Changes, States: []string{"done", "done", "done"},
		Ended: true}, "")
	verify := proof.VerifyInput{Begun: true, Ended: true, Checks: stories.Checks()}
	page, checks := render(t, changes.Apply(running)),
		render(t, proof.Verify(proof.NewVerify(h, proof.VerifyInput{Begun: true}, "/e")))
	test, tried := stories.SignIn(), stories.Verdict(true)
	ended := test
	ended.Verdict, ended.Returned, ended.Ended = &tried, true, true
	signIn := render(t, proof.SignIn(proof.NewSignIn(&h, test, "/e")))
	for _, one := range []struct{ page, update string }{
		{pageText(t, page), text(t, changes.ApplyUpdate(running, 0))},
		{pageText(t, page), text(t, changes.ApplyUpdate(over, -1))},
		{pageText(t, checks), text(t, proof.VerifyUpdate(proof.NewVerify(h, verify, "")))},
		{pageText(t, signIn), text(t, proof.SignInUpdate(proof.NewSignIn(&h, ended, "")))},
	} {
		for part := range strings.SplitSeq(one.update, `<hx-partial hx-target="#`) {
			id, _, found := strings.Cut(part, `"`)
			if found && !strings.Contains(part[:1], "<") && !strings.Contains(one.page, `id="`+id+`"`) {
				t.Errorf("the page has no %q that the stream wants to replace", id)
			}
		}
	}
}

func TestWhoTriesSeesNothingOfTheVerdict(t *testing.T) {
	for _, works := range []bool{true, false} {
		in, v := stories.SignIn(), stories.Verdict(works)
		in.Verdict, in.Returned, in.Ended, in.Person = &v, true, true, "ada"
		p := proof.NewTry(&view.Head{}, in, "")
		if len(p.Record)+len(p.Claims)+len(p.Evidence) > 0 || p.Predicted != nil || p.Foreseen != nil ||
			p.Delete != nil || p.Mismatch != nil || len(p.Outcome.Actions) > 0 {
			t.Errorf("%+v", p)
		}
		for _, s := range p.Stages {
			if !s.Detail.Empty() {
				t.Errorf("a stage tells %q", s.Detail)
			}
		}
	}
}
