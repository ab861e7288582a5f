package web

import (
	"context"
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
