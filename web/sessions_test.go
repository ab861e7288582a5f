package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/secret"
	"authpocket/web/door"
	"authpocket/web/session"
)

// A page that is open while its session ends asks for its event stream again. The next page still says why it is over.
func TestAnEventStreamDoesNotHearForAPageThatTheSessionIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Shared: true})
		defer s.Close()
		_, req := holding(s.sessions)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		time.Sleep(time.Hour)
		synctest.Wait()
		ask := func(path, dest string) *httptest.ResponseRecorder {
			one := req.Clone(t.Context())
			one.URL.Path = path
			one.Header.Set("Sec-Fetch-Dest", dest)
			rec := httptest.NewRecorder()
			s.Handler().ServeHTTP(rec, one)
			return rec
		}
		for _, path := range []string{"/apply/x/events", "/verify/events", "/settings/find"} {
			if rec := ask(path, "empty"); rec.Code != http.StatusGone || len(rec.Header().Values("Set-Cookie")) > 0 {
				t.Errorf("%s: %d, and the cookies set are %q", path, rec.Code, rec.Header().Values("Set-Cookie"))
			}
		}
		rec := ask("/apply/x", "document")
		if rec.Code != http.StatusGone || !strings.Contains(rec.Body.String(), "Your session has ended") ||
			len(rec.Header().Values("Set-Cookie")) == 0 {
			t.Errorf("the next page: %d, %q\n%s", rec.Code, rec.Header(), rec.Body)
		}
	})
}

// A browser opens event streams anew by itself, which is nobody's click.
func TestAnEventStreamKeepsNoSessionAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{})
		defer s.Close()
		token, req := holding(s.sessions)
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
		if token.IsSet() || len(s.sessions.All()) != 0 {
			t.Error("the event stream kept the session alive")
		}
		if code := stay(); code != http.StatusForbidden {
			t.Errorf("the event stream kept the door open: %d", code)
		}
	})
}

func TestStrangersCostNothing(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for range 50 {
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://127.0.0.1/authentik", nil))
		s.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "http://127.0.0.1/authentik", nil))
	}
	if n := len(s.sessions.All()); n != 0 {
		t.Errorf("%d sessions of people who gave nothing", n)
	}
}

func TestABrowserThatTakesTheHostCookieLosesTheOther(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	_, req := holding(s.sessions)
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, inside(t, s, req))
	cookies := rec.Header().Values("Set-Cookie")
	if len(cookies) != 1 || !strings.HasPrefix(cookies[0], string(session.Cookie)+"=;") {
		t.Errorf("the cookies set are %q", cookies)
	}
}

func TestALostSessionIsExplainedOnce(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	req := httptest.NewRequest("GET", "http://127.0.0.1/review", nil)
	req.AddCookie(&http.Cookie{Name: session.Cookie.Host(), Value: "gone"})
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, inside(t, s, req))
	if rec.Code != http.StatusGone || !strings.Contains(rec.Body.String(), "Your session has ended") {
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
	enter.AddCookie(&http.Cookie{Name: session.Cookie.Host(), Value: "gone"})
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, enter)
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/review" {
		t.Fatalf("the door stays shut: %d", rec.Code)
	}
	for _, c := range rec.Result().Cookies() {
		if c.Name == session.Cookie.Host() && c.MaxAge < 0 {
			return
		}
	}
	t.Error("the cookie of the session that is over stays, so that the next page tells of it once more")
}

// holding stores a session that holds a token and returns the token, with the
// request of its browser.
func holding(s *session.Store) (secret.Text, *http.Request) {
	token := secret.New("a token")
	rec, r := httptest.NewRecorder(), httptest.NewRequest("POST", "http://127.0.0.1:8480/authentik", nil)
	one, _ := s.Of(r)
	one.SetAuthentik(&session.Authentik{Login: session.Login{Token: token}, HTTP: http.DefaultClient})
	s.Keep(rec, r, one)
	req := httptest.NewRequest("GET", "http://127.0.0.1:8480/review", nil)
	for _, c := range rec.Result().Cookies() {
		req.AddCookie(c)
	}
	return token, req
}
