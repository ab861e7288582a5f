package web

import (
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/live"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// desk is a store and what its sessions' work needs.
func desk(t *testing.T) (*sessions, worker) {
	t.Helper()
	store, jobs := newSessions(new(signIns)), live.NewJobs()
	t.Cleanup(store.close)
	t.Cleanup(jobs.Close)
	return store, worker{jobs: jobs, engine: func(p progress) *engine.Engine {
		return engine.New(engine.Config{Authentik: p.authentik.system, PocketBase: p.pocketbase.system, Log: slog.New(slog.DiscardHandler)})
	}}
}

// kept stores a session that holds a token and returns both, with the
// request of its browser.
func kept(s *sessions) (*session, secret.Text, *http.Request) {
	token := secret.New("a token")
	one := &session{authentik: &authentikAnswer{login: authentikLogin{token: token}, http: http.DefaultClient}}
	rec := httptest.NewRecorder()
	s.keep(rec, httptest.NewRequest("POST", "http://127.0.0.1:8480/authentik", nil), one)
	req := httptest.NewRequest("GET", "http://127.0.0.1:8480/review", nil)
	for _, c := range rec.Result().Cookies() {
		req.AddCookie(c)
	}
	return one, token, req
}

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
	s, w := desk(t)
	one, old, _ := kept(s)
	text := secret.New("client secret")
	one.show(planOf(text), one.rev)
	open := make(chan struct{})
	one.doWork(w, func(context.Context) { <-open })
	for range plansKept {
		one.show(link.Plan{}, one.rev)
	}
	one.setAuthentik(&authentikAnswer{login: authentikLogin{token: secret.New("another")}, http: http.DefaultClient})
	if !text.IsSet() || !old.IsSet() {
		t.Error("a secret was overwritten under a running job")
	}
	close(open)
	w.jobs.Wait()
	if text.IsSet() || old.IsSet() {
		t.Errorf("after the job, the plan's secret is there: %t, the replaced token: %t", text.IsSet(), old.IsSet())
	}
	if !one.look().authentik.login.token.IsSet() {
		t.Error("the token that is in use was overwritten")
	}
}

func TestTokensGivenAfterForgettingStay(t *testing.T) {
	s, w := desk(t)
	sess, _, _ := kept(s)
	old, fresh := secret.New("old token"), secret.New("new token")
	sess.setAuthentik(&authentikAnswer{login: authentikLogin{token: old}, http: http.DefaultClient})
	done := make(chan struct{})
	sess.doWork(w, func(context.Context) { <-done })
	if sess.forget() {
		t.Error("the token was wiped under a job")
	}
	sess.setAuthentik(&authentikAnswer{login: authentikLogin{token: fresh}, http: http.DefaultClient})
	close(done)
	w.jobs.Wait()
	if old.IsSet() || !fresh.IsSet() || sess.look().authentik == nil {
		t.Errorf("the old token is there: %t, the new one: %t", old.IsSet(), fresh.IsSet())
	}
}

func TestASessionEndsWhenNobodyClicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(new(signIns))
		defer s.close()
		one, token, req := kept(s)
		for range 3 {
			time.Sleep(29 * time.Minute)
			if got, lost := s.of(req); got != one || lost {
				t.Fatal("the session ended although somebody clicked")
			}
		}
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		if token.IsSet() || len(s.all()) != 0 {
			t.Error("after 31 minutes the token is still there")
		}
		if _, lost := s.of(req); !lost {
			t.Error("the browser is not told that its session is over")
		}
	})
}

func TestASessionEndsInAnyCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(new(signIns))
		defer s.close()
		_, token, req := kept(s)
		for range 12 {
			time.Sleep(20 * time.Minute)
			s.of(req)
		}
		synctest.Wait()
		if token.IsSet() {
			t.Error("after 4 hours the token is still there")
		}
	})
}

func TestAJobKeepsItsTokensToTheEnd(t *testing.T) {
	s, w := desk(t)
	one, token, _ := kept(s)
	open := make(chan struct{})
	done := make(chan struct{})
	began := one.doWork(w, func(context.Context) { <-open })
	if !began {
		t.Fatal("the work did not begin")
	}
	one.forget()
	if !token.IsSet() {
		t.Error("the token was wiped under a running job")
	}
	close(open)
	go func() { w.jobs.Wait(); close(done) }()
	<-done
	if token.IsSet() {
		t.Error("the token outlived the job")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	s := newSessions(new(signIns))
	t.Cleanup(s.close)
	_, first, _ := kept(s)
	for range sessionLimit {
		kept(s)
	}
	if n := len(s.all()); n != sessionLimit {
		t.Errorf("%d sessions, want %d", n, sessionLimit)
	}
	if first.IsSet() {
		t.Error("the oldest session was not the one to go")
	}
}

func TestSecretsOfPlansAreWiped(t *testing.T) {
	text := secret.New("client secret")
	pair := &link.PairState{Provider: link.ProviderState{ClientSecret: text}}
	sess := &session{}
	sess.show(link.Plan{Changes: []link.Change{
		{After: pair}, {Before: (*link.ProviderState)(nil), After: &link.CollectionState{}},
	}}, 0)
	sess.forget()
	if text.IsSet() {
		t.Error("the client secret outlived the plan")
	}
}

func TestCookies(t *testing.T) {
	for name, one := range map[string]struct {
		url        string
		tls        bool
		host, bare bool
	}{
		"https":            {"https://wizard.example/", true, true, false},
		"loopback":         {"http://127.0.0.1:8480/", false, true, true},
		"localhost":        {"http://localhost:8480/", false, true, true},
		"plain http":       {"http://wizard.lan/", false, false, true},
		"IPv6 loopback":    {"http://[::1]:8480/", false, true, true},
		"not so localhost": {"http://localhost.evil.example/", false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest("POST", one.url, nil)
			if req.TLS = nil; one.tls {
				req.TLS = &tls.ConnectionState{}
			}
			rec := httptest.NewRecorder()
			sessionCookie.Set(rec, req, "id", 0)
			got := map[string]*http.Cookie{}
			for _, c := range rec.Result().Cookies() {
				got[c.Name] = c
				if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("the cookie %s is %v", c.Name, c)
				}
			}
			if (got[sessionCookie.Host()] != nil) != one.host || (got[string(sessionCookie)] != nil) != one.bare {
				t.Errorf("the cookies are %v", got)
			}
			if c := got[sessionCookie.Host()]; c != nil && !c.Secure {
				t.Error("the host cookie is not Secure")
			}
		})
	}
}
