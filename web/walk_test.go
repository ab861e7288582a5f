package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"authpocket/static"
	"authpocket/web/door"
)

// answer is what the handler says to a request of a browser that says where
// it comes from.
func answer(s *Server, method, path string, header map[string]string) *httptest.ResponseRecorder {
	return answerTo(s, request(method, path, header))
}

func answerTo(s *Server, req *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	s.Handler().ServeHTTP(rec, req)
	return rec
}

func request(method, path string, header map[string]string) *http.Request {
	req := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	return req
}

// free are the routes that strangers reach: each gives nothing away, or asks
// for a secret of its own.
func free(method, path string) bool {
	return strings.HasPrefix(path, static.Prefix) || path == door.Healthy || method == http.MethodPost &&
		strings.HasPrefix(path, door.PathEnter) ||
		path == "/signin/callback" || strings.HasPrefix(path, "/try/")
}

func TestEveryRouteIsBehindTheDoor(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	cookies := map[string]string{"Cookie": "__Host-authpocket-door=guessed; authpocket-door=guessed; " +
		"__Host-authpocket=guessed; authpocket=guessed"}
	eachRoute(t, s, func(method, path string) {
		for _, header := range []map[string]string{nil, cookies} {
			rec := answer(s, method, path, header)
			shut := rec.Code == http.StatusForbidden &&
				(method == http.MethodHead || strings.Contains(rec.Body.String(), "Enter the setup code"))
			if shut == free(method, path) {
				t.Errorf("%s %s: a stranger gets %d", method, path, rec.Code)
			}
		}
	})
	for _, path := range []string{"/nowhere", "/static", "/door", "/healthz/x", "/signin/callbackx", "/try"} {
		if rec := answer(s, http.MethodGet, path, nil); rec.Code != http.StatusForbidden {
			t.Errorf("%s: a stranger gets %d", path, rec.Code)
		}
	}
}

func TestEveryRouteRefusesAForeignName(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	eachRoute(t, s, func(method, path string) {
		req := inside(t, s, request(method, path, nil))
		req.Host = "evil.example:8480"
		rec := answerTo(s, req)
		if rec.Code != http.StatusMisdirectedRequest || strings.Contains(rec.Body.String(), "authpocket") {
			t.Errorf("%s %s: %d %s", method, path, rec.Code, rec.Body)
		}
	})
}

func TestEveryRouteRefusesOtherSites(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	eachRoute(t, s, func(method, path string) {
		for _, site := range []string{"cross-site", "same-site"} {
			for _, where := range []string{"empty", "iframe", "image", "script"} {
				rec := answerTo(s,
					inside(t, s, request(method, path, map[string]string{"Sec-Fetch-Site": site,
						"Sec-Fetch-Dest": where, "Sec-Fetch-Mode": "no-cors"})))
				if rec.Code != http.StatusForbidden || method != http.MethodHead &&
					!strings.Contains(rec.Body.String(), "another site") {
					t.Errorf("%s %s from %s as %s: %d", method, path, site, where, rec.Code)
				}
			}
		}
		if method == http.MethodGet || method == http.MethodHead {
			return
		}
		req := inside(t, s, request(method, path, nil))
		req.Header.Del("Sec-Fetch-Site")
		if rec := answerTo(s, req); rec.Code != http.StatusForbidden {
			t.Errorf("%s %s without a word of where from: %d", method, path, rec.Code)
		}
	})
}

// Every route has a content type that its kind of answer may have.
func TestEveryRouteNamesItsType(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	types := []string{"text/html; charset=utf-8", "text/plain; charset=utf-8", "text/yaml; charset=utf-8",
		"text/event-stream", "application/json"}
	eachRoute(t, s, func(method, path string) {
		rec := answerTo(s, inside(t, s, request(method, path, nil)))
		got := rec.Header().Get("Content-Type")
		moved := rec.Code == http.StatusSeeOther && got == "" // the answer to a form has no body
		if !moved && !slices.Contains(types, got) {
			t.Errorf("%s %s: %d with the type %q", method, path, rec.Code, got)
		}
		if rec.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d", method, path, rec.Code)
		}
	})
}

func TestNoRouteOpensItselfToOtherSites(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	eachRoute(t, s, func(method, path string) {
		for _, ask := range []string{method, http.MethodOptions} {
			rec := answerTo(s, inside(t, s, request(ask, path, map[string]string{
				"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors",
				"Access-Control-Request-Method": method,
			})))
			for name := range rec.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s %s answers with %s", ask, path, name)
				}
			}
		}
	})
}
