package pocketbasehost_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/tools/filesystem"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"go.uber.org/goleak"

	"authpocket/sandbox/pocketbasehost"
)

func openInside(t *testing.T, template string, through http.RoundTripper) *pocketbasehost.Inside {
	t.Helper()
	s, err := pocketbasehost.Open(pocketbasehost.InsideConfig{Template: template, DataDir: t.TempDir(),
		URL: "https://demo.example/pocketbase", Through: through})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func template(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := pocketbasehost.Template(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func askInside(s *pocketbasehost.Inside, method, path, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestTokensOfOneInsideAreNoneOfAnother(t *testing.T) {
	from := template(t)
	one, two := openInside(t, from, nil), openInside(t, from, nil)
	if got := askInside(one, "GET", "/api/collections", one.Token(), ""); got.Code != http.StatusOK {
		t.Errorf("with its own token: %d %s", got.Code, got.Body)
	}
	if got := askInside(two, "GET", "/api/collections", one.Token(), ""); got.Code == http.StatusOK {
		t.Errorf("with the other's token: %d", got.Code)
	}
	made := askInside(one, "POST", "/api/collections", one.Token(), `{"name":"things","type":"base"}`)
	if got := askInside(two, "GET", "/api/collections/things", two.Token(), ""); made.Code != http.StatusOK ||
		got.Code != http.StatusNotFound {
		t.Errorf("a collection of one: %d, in the other %d", made.Code, got.Code)
	}
}

func TestAnInsideSendsNothing(t *testing.T) {
	s := openInside(t, template(t), nil)
	t.Setenv("PATH", t.TempDir()) // sendmail is not found, so that a mail would fail
	if err := s.App().NewMailClient().Send(&mailer.Message{Subject: "x", HTML: "x"}); err != nil {
		t.Errorf("a mail: %v", err)
	}
	if got := askInside(s, "POST", "/api/backups", s.Token(), `{"name":"x.zip"}`); got.Code < 400 {
		t.Errorf("a backup: %d", got.Code)
	}
	before := http.DefaultTransport
	http.DefaultTransport = pocketbasehost.Outgoing{}
	defer func() { http.DefaultTransport = before }()
	if _, err := filesystem.NewFileFromURL(t.Context(), "http://127.0.0.1:1/x"); !errors.Is(err,
		pocketbasehost.ErrOutgoing) {
		t.Errorf("a request of its own: %v", err)
	}
}

func TestAnInsideLeavesNoGoroutine(t *testing.T) {
	from := template(t)
	before := goleak.IgnoreCurrent()
	s := openInside(t, from, nil)
	askInside(s, "GET", "/api/health", "", "")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
