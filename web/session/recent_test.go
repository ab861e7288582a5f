package session

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"

	"github.com/a-h/templ"
)

func TestAPageIsKeptForSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := desk(t)
		one, _, _ := kept(s)
		one.Keep(new(one.Look()), "/review", "/review?x", templ.NopComponent)
		time.Sleep(recentAge - time.Second)
		if one.Recent("/review", "/review?x") == nil {
			t.Error("the page is gone too early")
		}
		if one.Recent("/review", "/review") != nil || one.Recent("/settings", "/review?x") != nil {
			t.Error("it is shown at another address")
		}
		time.Sleep(time.Second)
		if one.Recent("/review", "/review?x") != nil {
			t.Error("the page is too old")
		}
		time.Sleep(sweepEvery)
		synctest.Wait()
		if len(one.recent) > 0 {
			t.Error("it takes memory still")
		}
	})
}

func TestAPageIsKeptUntilSomethingChanges(t *testing.T) {
	s, w := desk(t)
	open := make(chan struct{})
	for what, change := range map[string]func(*Session){
		"an answer":       func(one *Session) { one.SetSpec(&link.Spec{}, true) },
		"a refused form":  func(one *Session) { one.Refuse("/settings", Draft{}) },
		"a dropped draft": (*Session).DropDraft,
		"a connection":    func(one *Session) { one.SetAuthentik(one.authentik) },
		"the end":         func(one *Session) { one.Forget() },
		"an apply of a plan that is gone": func(one *Session) {
			if _, err := one.BeginApply(w, "unknown"); err == nil {
				t.Error("an unknown plan is applied")
			}
		},
		"work": func(one *Session) { one.DoWork(w, func(context.Context) { <-open }) },
	} {
		one, _, _ := kept(s)
		before := one.Look()
		one.Keep(&before, "/review", "/review", templ.NopComponent)
		if one.Recent("/review", "/review") == nil {
			t.Fatalf("before %s nothing is kept", what)
		}
		change(one)
		if one.Recent("/review", "/review") != nil {
			t.Errorf("a page outlives %s", what)
		}
		one.Keep(&before, "/review", "/review", templ.NopComponent)
		if one.Recent("/review", "/review") != nil {
			t.Errorf("a page that was read before %s is kept after it", what)
		}
		if one.Keep(new(one.Look()), "/review", "/review", templ.NopComponent); what == "work" &&
			one.Recent("/review", "/review") != nil {
			t.Error("a page that is read during work is kept")
		}
	}
	close(open)
}
