package session

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/live"
)

// desk is a store and what its sessions' work needs.
func desk(t *testing.T) (*Store, Worker) {
	t.Helper()
	store, jobs := NewStore(new(SignIns)), live.NewJobs()
	t.Cleanup(store.Close)
	t.Cleanup(jobs.Close)
	return store, Worker{Jobs: jobs, Engine: func(p Progress) *engine.Engine {
		return engine.New(engine.Config{Authentik: p.Authentik.System, PocketBase: p.PocketBase.System,
			Log: slog.New(slog.DiscardHandler)})
	}}
}

// kept stores a session that holds a token and returns both, with the
// request of its browser.
func kept(s *Store) (*Session, secret.Text, *http.Request) {
	token := secret.New("a token")
	one := &Session{authentik: &Authentik{Login: Login{Token: token}, HTTP: http.DefaultClient}}
	rec := httptest.NewRecorder()
	s.Keep(rec, httptest.NewRequest("POST", "http://127.0.0.1:8480/authentik", nil), one)
	req := httptest.NewRequest("GET", "http://127.0.0.1:8480/review", nil)
	for _, c := range rec.Result().Cookies() {
		req.AddCookie(c)
	}
	return one, token, req
}

// planOf is a plan with a client secret of its own.
func planOf(text secret.Text) link.Plan {
	return link.Plan{Generated: link.Generated{ClientSecret: text},
		Changes: []link.Change{{After: &link.ProviderState{ClientSecret: text}}}}
}

func TestPlansThatAreLetGoAreOverwritten(t *testing.T) {
	sess, texts := &Session{}, []secret.Text{}
	typed := secret.New("typed by the admin")
	sess.SetSpec(&link.Spec{Provider: link.Provider{ClientSecret: &typed}}, true)
	for i := range plansKept + 3 {
		text := secret.New(fmt.Sprint("client secret ", i))
		plan := planOf(text)
		plan.Desired.Provider.ClientSecret = typed // every plan shares it with the answers
		sess.Show(&plan, sess.rev)
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
	sess.SetSpec(&link.Spec{}, true)
	if !typed.IsSet() {
		t.Error("a secret that plans hold went with the answers")
	}
	sess.Forget()
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
	one.Show(new(planOf(text)), one.rev)
	open := make(chan struct{})
	one.DoWork(w, func(context.Context) { <-open })
	for range plansKept {
		one.Show(&link.Plan{}, one.rev)
	}
	one.SetAuthentik(&Authentik{Login: Login{Token: secret.New("another")}, HTTP: http.DefaultClient})
	if !text.IsSet() || !old.IsSet() {
		t.Error("a secret was overwritten under a running job")
	}
	close(open)
	w.Jobs.Wait()
	if text.IsSet() || old.IsSet() {
		t.Errorf("after the job, the plan's secret is there: %t, the replaced token: %t", text.IsSet(), old.IsSet())
	}
	if !one.Look().Authentik.Login.Token.IsSet() {
		t.Error("the token that is in use was overwritten")
	}
}

func TestTokensGivenAfterForgettingStay(t *testing.T) {
	s, w := desk(t)
	sess, _, _ := kept(s)
	old, fresh := secret.New("old token"), secret.New("new token")
	sess.SetAuthentik(&Authentik{Login: Login{Token: old}, HTTP: http.DefaultClient})
	done := make(chan struct{})
	sess.DoWork(w, func(context.Context) { <-done })
	if sess.Forget() {
		t.Error("the token was wiped under a job")
	}
	sess.SetAuthentik(&Authentik{Login: Login{Token: fresh}, HTTP: http.DefaultClient})
	close(done)
	w.Jobs.Wait()
	if old.IsSet() || !fresh.IsSet() || sess.Look().Authentik == nil {
		t.Errorf("the old token is there: %t, the new one: %t", old.IsSet(), fresh.IsSet())
	}
}

func TestASessionEndsWhenNobodyClicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(new(SignIns))
		defer s.Close()
		one, token, req := kept(s)
		for range 3 {
			time.Sleep(29 * time.Minute)
			if got, lost := s.Of(req); got != one || lost {
				t.Fatal("the session ended although somebody clicked")
			}
		}
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		if token.IsSet() || len(s.All()) != 0 {
			t.Error("after 31 minutes the token is still there")
		}
		if _, lost := s.Of(req); !lost {
			t.Error("the browser is not told that its session is over")
		}
	})
}

func TestASessionEndsInAnyCase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(new(SignIns))
		defer s.Close()
		_, token, req := kept(s)
		for range 12 {
			time.Sleep(20 * time.Minute)
			s.Of(req)
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
	began := one.DoWork(w, func(context.Context) { <-open })
	if !began {
		t.Fatal("the work did not begin")
	}
	one.Forget()
	if !token.IsSet() {
		t.Error("the token was wiped under a running job")
	}
	close(open)
	go func() { w.Jobs.Wait(); close(done) }()
	<-done
	if token.IsSet() {
		t.Error("the token outlived the job")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	s := NewStore(new(SignIns))
	t.Cleanup(s.Close)
	_, first, _ := kept(s)
	for range sessionLimit {
		kept(s)
	}
	if n := len(s.All()); n != sessionLimit {
		t.Errorf("%d sessions, want %d", n, sessionLimit)
	}
	if first.IsSet() {
		t.Error("the oldest session was not the one to go")
	}
}

func TestSecretsOfPlansAreWiped(t *testing.T) {
	text := secret.New("client secret")
	pair := &link.PairState{Provider: link.ProviderState{ClientSecret: text}}
	sess := &Session{}
	sess.Show(&link.Plan{Changes: []link.Change{
		{After: pair}, {Before: (*link.ProviderState)(nil), After: &link.CollectionState{}},
	}}, 0)
	sess.Forget()
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
			Cookie.Set(rec, req, "id", 0)
			got := map[string]*http.Cookie{}
			for _, c := range rec.Result().Cookies() {
				got[c.Name] = c
				if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("the cookie %s is %v", c.Name, c)
				}
			}
			if (got[Cookie.Host()] != nil) != one.host || (got[string(Cookie)] != nil) != one.bare {
				t.Errorf("the cookies are %v", got)
			}
			if c := got[Cookie.Host()]; c != nil && !c.Secure {
				t.Error("the host cookie is not Secure")
			}
		})
	}
}
