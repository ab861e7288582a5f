package web

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// planOf is a plan with a client secret of its own.
func planOf(text secret.Text) link.Plan {
	return link.Plan{Generated: link.Generated{ClientSecret: text}, Changes: []link.Change{{After: &link.ProviderState{ClientSecret: text}}}}
}

func TestPlansThatAreLetGoAreOverwritten(t *testing.T) {
	sess, texts := &session{}, []secret.Text{}
	typed := secret.New("typed by the admin")
	sess.setSpec(link.Spec{Provider: link.Provider{ClientSecret: &typed}}, true)
	for i := range plansKept + 3 {
		text := secret.New(fmt.Sprint("client secret ", i))
		plan := planOf(text)
		plan.Desired.Provider.ClientSecret = typed // every plan shares it with the answers
		sess.show(plan, sess.rev)
		texts = append(texts, text)
	}
	for i, text := range texts {
		if text.IsSet() != (i >= 3) {
			t.Errorf("the secret of plan %d is there: %t", i, text.IsSet())
		}
	}
	if !typed.IsSet() {
		t.Error("a secret that the answers hold went with a plan")
	}
	sess.setSpec(link.Spec{}, true)
	if !typed.IsSet() {
		t.Error("a secret that plans hold went with the answers")
	}
	sess.forget()
	for i, text := range append(texts, typed) {
		if text.IsSet() {
			t.Errorf("secret %d outlived forgetting", i)
		}
	}
}

func TestAJobKeepsThePlansAndTokensThatWereLetGo(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	one, old, _ := kept(s.sessions)
	text := secret.New("client secret")
	one.show(planOf(text), one.rev)
	open := make(chan struct{})
	one.mu.Lock()
	s.beginWork(one, func(context.Context) { <-open })
	one.mu.Unlock()
	for range plansKept {
		one.show(link.Plan{}, one.rev)
	}
	one.setAuthentik(&authentikAnswer{login: authentikLogin{token: secret.New("another")}, http: http.DefaultClient})
	if !text.IsSet() || !old.IsSet() {
		t.Error("a secret was overwritten under a running job")
	}
	close(open)
	s.jobs.Wait()
	if text.IsSet() || old.IsSet() {
		t.Errorf("after the job, the plan's secret is there: %t, the replaced token: %t", text.IsSet(), old.IsSet())
	}
	if !one.look().authentik.login.token.IsSet() {
		t.Error("the token that is in use was overwritten")
	}
}

// testRun is a run with a client secret.
func testRun(sess *session) *signInRun {
	d := link.Desired{}
	d.Provider.ClientSecret = secret.New("client secret")
	return newSignInRun(sess, d, wayWindow)
}

func TestTestSignInsThatAreLetGoAreOverwritten(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	sess, _, _ := kept(s.sessions)
	var runs []*signInRun
	for range signInsKept + 2 {
		runs = append(runs, testRun(sess))
	}
	runs[1].work(true) // the engine is at it
	for _, run := range runs {
		s.signIns.add(run)
	}
	there := func(run *signInRun) bool { return run.desired.Provider.ClientSecret.IsSet() }
	if there(runs[0]) || !there(runs[1]) || !there(runs[2]) {
		t.Errorf("the secrets are there: %t of an old run, %t of one at work, %t of a new one", there(runs[0]), there(runs[1]), there(runs[2]))
	}
	if _, over, _ := runs[0].happened.Look(); !over || runs[0].note != newerTests {
		t.Error("who waits for an old run is not told that nothing comes")
	}
	runs[1].work(false)
	s.sessions.wipe(sess)
	for i, run := range runs {
		if there(run) {
			t.Errorf("the secret of run %d outlived the session", i)
		}
	}
	if n := len(s.signIns.all(sess)); n != 0 {
		t.Errorf("%d runs of a session that is over", n)
	}
}

func TestForgettingSaysWhenAJobEndsFirst(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	one := w.only(t)
	token, open := one.authentik.login.token, make(chan struct{})
	one.mu.Lock()
	w.server.beginWork(one, func(context.Context) { <-open })
	one.mu.Unlock()
	to := b.post("/forget", nil).want(303, "/forgotten?after=work")
	b.get(to.header.Get("Location")).want(200).says("forgotten in a moment", "is still under way")
	close(open)
	w.server.jobs.Wait()
	if token.IsSet() {
		t.Error("the token outlived the job")
	}
}

func TestClosingTheDoorSendsTheBrowserOut(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	token := w.only(t).authentik.login.token
	b.get("/settings").want(200)
	left := b.post("/leave", nil).want(303, "/")
	if got := left.header.Get("Clear-Site-Data"); got != "" {
		t.Errorf("Clear-Site-Data is %q, and takes the cookies of other ports along", got)
	}
	if token.IsSet() || w.server.sessions.count() != 0 {
		t.Error("the session goes on")
	}
	b.get("/").want(403).says("Enter the setup code")
}

func TestTokensGivenAfterForgettingStay(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	sess, _, _ := kept(s.sessions)
	old, fresh := secret.New("old token"), secret.New("new token")
	sess.setAuthentik(&authentikAnswer{login: authentikLogin{token: old}, http: http.DefaultClient})
	done := make(chan struct{})
	sess.mu.Lock()
	s.beginWork(sess, func(context.Context) { <-done })
	sess.mu.Unlock()
	if sess.forget() {
		t.Error("the token was wiped under a job")
	}
	sess.setAuthentik(&authentikAnswer{login: authentikLogin{token: fresh}, http: http.DefaultClient})
	close(done)
	s.jobs.Wait()
	if old.IsSet() || !fresh.IsSet() || sess.look().authentik == nil {
		t.Errorf("the old token is there: %t, the new one: %t", old.IsSet(), fresh.IsSet())
	}
}
