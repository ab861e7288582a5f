package pocketbasehost_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authpocket/sandbox/pocketbasehost"
)

func start(t *testing.T, dir string) *pocketbasehost.Server {
	t.Helper()
	server, err := pocketbasehost.Start(t.Context(), pocketbasehost.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func ask(t *testing.T, method, address, token, body string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	answered, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answered.Body.Close()
	var value map[string]any
	if err := json.NewDecoder(answered.Body).Decode(&value); err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	return answered.StatusCode, value
}

func TestServerIsComplete(t *testing.T) {
	server := start(t, t.TempDir())
	superusers := server.URL() + "/api/collections/_superusers"

	t.Run("the token is a superuser's", func(t *testing.T) {
		status, refreshed := ask(t, "POST", superusers+"/auth-refresh", server.Token(), "")
		record, _ := refreshed["record"].(map[string]any)
		if status != http.StatusOK || record["email"] != server.Email() {
			t.Errorf("got %d %v", status, refreshed)
		}
	})
	t.Run("e-mail and password sign in", func(t *testing.T) {
		body, _ := json.Marshal(map[string]string{"identity": server.Email(), "password": server.Password()})
		status, signedIn := ask(t, "POST", superusers+"/auth-with-password", "", string(body))
		if status != http.StatusOK || signedIn["token"] == "" {
			t.Errorf("got %d %v", status, signedIn)
		}
	})
	t.Run("the users collection is that of a fresh install, with cheap passwords", func(t *testing.T) {
		status, users := ask(t, "GET", server.URL()+"/api/collections/users", server.Token(), "")
		oauth2, _ := users["oauth2"].(map[string]any)
		if status != http.StatusOK || oauth2["enabled"] != false {
			t.Errorf("got %d %v", status, users)
		}
		fields, err := json.Marshal(users["fields"])
		if err != nil || !strings.Contains(string(fields), `"cost":4,`) {
			t.Errorf("passwords are hashed slowly: %s, %v", fields, err)
		}
	})
	t.Run("the dashboard and other origins are served", func(t *testing.T) {
		request, err := http.NewRequest(http.MethodGet, server.URL()+"/_/", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Origin", "http://elsewhere.example")
		answered, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answered.Body.Close()
		kind := answered.Header.Get("Content-Type")
		if answered.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/html") {
			t.Errorf("got %d %s", answered.StatusCode, kind)
		}
		if answered.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("other origins are not allowed: %v", answered.Header)
		}
		if answered.Uncompressed {
			t.Error("it came compressed")
		}
	})
	t.Run("the settings contain its address", func(t *testing.T) {
		_, settings := ask(t, "GET", server.URL()+"/api/settings", server.Token(), "")
		meta, _ := settings["meta"].(map[string]any)
		if meta["appURL"] != server.URL() {
			t.Errorf("got %v", meta["appURL"])
		}
	})
}

// TestRequestsAreLogged polls the log, since requests are written to it three seconds after the last one.
func TestRequestsAreLogged(t *testing.T) {
	server := start(t, t.TempDir())
	ask(t, "GET", server.URL()+"/api/collections/nothing/records?mark=7", "", "")
	found := server.URL() + "/api/logs?filter=" + url.QueryEscape("data.url~'mark=7'")
	deadline := time.After(90 * time.Second)
	for tick := time.Tick(time.Second); ; {
		select {
		case <-tick:
			if _, logs := ask(t, "GET", found, server.Token(), ""); logs["totalItems"] != float64(0) {
				return
			}
		case <-deadline:
			t.Fatal("the request is not in the log")
		}
	}
}

func TestDataOutlivesTheServer(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	things := `{"name":"things","type":"base"}`
	status, _ := ask(t, "POST", first.URL()+"/api/collections", first.Token(), things)
	if status != http.StatusOK {
		t.Fatalf("creating a collection: %d", status)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(first.URL() + "/api/health"); err == nil {
		t.Error("a closed server answers")
	}
	second := start(t, dir)
	if status, _ := ask(t, "GET", second.URL()+"/api/collections/things", second.Token(), ""); status != http.StatusOK {
		t.Errorf("the collection is gone: %d", status)
	}
}

func TestCloseEndsOpenStreams(t *testing.T) {
	server := start(t, t.TempDir())
	stream, err := http.Get(server.URL() + "/api/realtime")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	if _, err := stream.Body.Read(make([]byte, 1)); err != nil {
		t.Fatalf("the stream does not start: %v", err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(stream.Body); err != nil && !strings.Contains(err.Error(), "EOF") {
		t.Errorf("the stream ended with %v", err)
	}
}

func TestStartErrors(t *testing.T) {
	running := start(t, t.TempDir())
	for name, test := range map[string]struct {
		config pocketbasehost.Config
		want   string
	}{
		"no directory": {pocketbasehost.Config{DataDir: filepath.Join(t.TempDir(), "none")}, "does not exist"},
		"port in use": {pocketbasehost.Config{DataDir: t.TempDir(), Addr: strings.TrimPrefix(running.URL(), "http://")},
			"listening for PocketBase"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pocketbasehost.Start(t.Context(), test.config)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a mention of %q", err, test.want)
			}
		})
	}
}

func TestCloseLeavesNothingOpen(t *testing.T) {
	dir := t.TempDir()
	server := start(t, dir)
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := server.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data.db-wal")); err == nil {
		t.Error("the database was not closed: its write-ahead log exists")
	}
}
