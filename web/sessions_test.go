package web

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/door"
)

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
		if token.IsSet() || s.count() != 0 {
			t.Error("after 31 minutes the token is still there")
		}
		if _, lost := s.of(req); !lost {
			t.Error("the browser is not told that its session is over")
		}
	})
}

// A browser opens event streams anew by itself, which is nobody's click.
func TestAnEventStreamKeepsNoSessionAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{})
		defer s.Close()
		_, token, req := kept(s.sessions)
		req.URL.Path = "/verify/events"
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req = inside(t, s, req)
		stay := func() int {
			look := req.Clone(t.Context())
			rec := httptest.NewRecorder()
			s.Handler().ServeHTTP(rec, look)
			return rec.Code
		}
		for range 3 {
			time.Sleep(9 * time.Minute)
			if code := stay(); code != http.StatusNotFound {
				t.Fatalf("while the session goes on: %d", code)
			}
		}
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		if token.IsSet() || s.sessions.count() != 0 {
			t.Error("the event stream kept the session alive")
		}
		if code := stay(); code != http.StatusForbidden {
			t.Errorf("the event stream kept the door open: %d", code)
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
	s := New(Config{})
	t.Cleanup(s.Close)
	one, token, _ := kept(s.sessions)
	open := make(chan struct{})
	done := make(chan struct{})
	one.mu.Lock()
	began := s.beginWork(one, func(context.Context) { <-open })
	one.mu.Unlock()
	if !began {
		t.Fatal("the work did not begin")
	}
	one.forget()
	if !token.IsSet() {
		t.Error("the token was wiped under a running job")
	}
	close(open)
	go func() { s.jobs.Wait(); close(done) }()
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
	if n := s.count(); n != sessionLimit {
		t.Errorf("%d sessions, want %d", n, sessionLimit)
	}
	if first.IsSet() {
		t.Error("the oldest session was not the one to go")
	}
}

func TestStrangersCostNothing(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for range 50 {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://127.0.0.1/authentik", nil))
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "http://127.0.0.1/authentik", nil))
	}
	if n := s.sessions.count(); n != 0 {
		t.Errorf("%d sessions of people who gave nothing", n)
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

func TestABrowserThatTakesTheHostCookieLosesTheOther(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	_, _, req := kept(s.sessions)
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, inside(t, s, req))
	cookies := rec.Header().Values("Set-Cookie")
	if len(cookies) != 1 || !strings.HasPrefix(cookies[0], string(sessionCookie)+"=;") {
		t.Errorf("the cookies set are %q", cookies)
	}
}

func TestALostSessionIsExplainedOnce(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	req := httptest.NewRequest("GET", "http://127.0.0.1/review", nil)
	req.AddCookie(&http.Cookie{Name: sessionCookie.Host(), Value: "gone"})
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, inside(t, s, req))
	if rec.Code != http.StatusGone || !strings.Contains(rec.Body.String(), "Your session is over") {
		t.Errorf("%d: %s", rec.Code, rec.Body)
	}
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge >= 0 {
			t.Errorf("the cookie %s was not taken back", c.Name)
		}
	}
}

func TestALostSessionIsNotExplainedAgainAfterTheDoor(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	form := url.Values{"code": {s.NewCode()}, "to": {"/review"}}
	enter := httptest.NewRequest("POST", "http://127.0.0.1"+door.PathEnter, strings.NewReader(form.Encode()))
	enter.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	enter.Header.Set("Sec-Fetch-Site", "same-origin")
	enter.AddCookie(&http.Cookie{Name: sessionCookie.Host(), Value: "gone"})
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, enter)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/review" {
		t.Fatalf("the door stays shut: %d", rec.Code)
	}
	for _, c := range rec.Result().Cookies() {
		if c.Name == sessionCookie.Host() && c.MaxAge < 0 {
			return
		}
	}
	t.Error("the cookie of the session that is over stays, so that the next page tells of it once more")
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
