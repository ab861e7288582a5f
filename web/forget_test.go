package web

import (
	"context"
	"strings"
	"testing"
)

func TestForgettingSaysWhenAJobEndsFirst(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	one := w.only(t)
	token, open := one.Look().Authentik.Login.Token, make(chan struct{})
	one.DoWork(w.server.work, func(context.Context) { <-open })
	to := b.post("/forget", nil).want(303, "/forgotten?after=work")
	b.get(to.header.Get("Location")).want(200).says("deleted in a moment", "is still running")
	close(open)
	w.server.jobs.Wait()
	if token.IsSet() {
		t.Error("the token outlived the job")
	}
	b.get("/forgotten?after=work").want(200).says("No tokens are kept")
}

func TestForgottenSaysOnlyWhatIsSo(t *testing.T) {
	w := wizardFor(t, sharedSandbox(t), prefilled(sharedSandbox(t)))
	b := w.browser()
	for _, path := range []string{"/forgotten", "/forgotten?after=work"} {
		if p := b.get(path).want(200).says("No tokens are kept"); strings.Contains(p.visible(), "deleted") {
			t.Errorf("%s says that something was deleted:\n%s", path, p.visible())
		}
	}
	if p := b.get("/nowhere").want(404); strings.Contains(p.visible(), "answers") {
		t.Error("a browser without answers is told that they are kept")
	}
	b.connected()
	for _, path := range []string{"/forgotten", "/forgotten?after=work"} {
		b.get(path).want(303, "/")
	}
	for path, status := range map[string]int{"/nowhere": 404, "/apply": 405} {
		b.get(path).want(status).says("Your answers are kept")
	}
	b.post("/forget", nil).want(303, "/forgotten")
	for path, status := range map[string]int{"/nowhere": 404, "/apply": 405} {
		if p := b.get(path).want(status); strings.Contains(p.visible(), "answers") {
			t.Errorf("%s says that answers are kept which were deleted:\n%s", path, p.visible())
		}
	}
}

// While a job still uses the tokens of a session that goes on, they are not said to be gone.
func TestForgottenWaitsForTheWorkOfASessionThatGoesOn(t *testing.T) {
	t.Parallel()
	w, b := linked(t, newSandbox(t), "trust-all")
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	open := make(chan struct{})
	w.only(t).DoWork(w.server.work, func(context.Context) { <-open })
	b.post("/forget", nil).want(303, "/done")
	b.get("/forgotten").want(200).says("deleted in a moment")
	close(open)
	w.server.jobs.Wait()
	b.get("/forgotten").want(200).says("No tokens are kept")
}

func TestClosingTheDoorSendsTheBrowserOut(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	token := w.only(t).Look().Authentik.Login.Token
	b.get("/settings").want(200)
	left := b.post("/leave", nil).want(303, "/")
	if got := left.header.Get("Clear-Site-Data"); got != "" {
		t.Errorf("Clear-Site-Data is %q, and takes the cookies of other ports along", got)
	}
	if token.IsSet() || len(w.server.sessions.All()) != 0 {
		t.Error("the session goes on")
	}
	b.get("/").want(403).says("Enter the setup code")
}
