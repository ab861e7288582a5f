package fleet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/sandbox"
	"authpocket/sandbox/pocketbasehost"
	"authpocket/test/testkey"
)

// systems are an authentik and the PocketBases of many links.
type systems struct {
	t      *testing.T
	box    *sandbox.Sandbox
	proxy  *httptest.Server // in front of authentik
	names  []string         // of the links, which are also the slugs of their applications
	tokens []string         // variables, such as those of a Secret
	file   string           // the text of the link file

	mu      sync.Mutex
	asked   int               // requests to authentik
	writes  int               // of these, those that write
	created map[string]int    // applications, by slug
	after   func(slug string) // is called before the answer to the creation of an application is sent
}

// start starts the systems of n links, which are divided among the PocketBases.
func start(t *testing.T, n, pocketBases int) *systems {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Config{SigningKey: testkey.RSA()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &systems{t: t, box: box, created: map[string]int{}, tokens: []string{"AUTHENTIK_TOKEN=" + box.AuthentikToken}}
	s.proxy = s.front(box.AuthentikURL)
	s.file = "defaults:\n  authentik: {url: '" + s.proxy.URL + "', token: '${AUTHENTIK_TOKEN}'}\n" +
		"  email: trust-all\nlinks:\n"
	for i := range pocketBases {
		s.add(i, n/pocketBases)
	}
	return s
}

// add starts PocketBase number i, with n links of a collection each.
func (s *systems) add(i, n int) {
	s.t.Helper()
	server, err := pocketbasehost.Start(s.t.Context(), pocketbasehost.Config{DataDir: s.t.TempDir()})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := server.Close(); err != nil {
			s.t.Error(err)
		}
	})
	s.tokens = append(s.tokens, fmt.Sprintf("POCKETBASE_%d=%s", i, server.Token()))
	for j := range n {
		c := core.NewAuthCollection(fmt.Sprintf("people%d", j))
		c.CreateRule = new("")
		if err := server.App().Save(c); err != nil {
			s.t.Fatal(err)
		}
		name := fmt.Sprintf("link%d-%d", i, j)
		s.names = append(s.names, name)
		s.file += fmt.Sprintf("  - {name: %s, application: {slug: %[1]s, name: %[1]s}, pocketbase: {url: '%s', "+
			"token: '${POCKETBASE_%d}', collection: %s}}\n", name, server.URL(), i, c.Name)
	}
}

// front starts a proxy that notes what is written to authentik.
func (s *systems) front(to string) *httptest.Server {
	s.t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		s.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // authentik derives its URLs from it
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		slug := s.note(r)
		answer := httptest.NewRecorder()
		// What is on its way when a pod is killed is done, and counts.
		proxy.ServeHTTP(answer, r.WithContext(context.WithoutCancel(r.Context())))
		if slug != "" && answer.Code < http.StatusMultipleChoices {
			s.mu.Lock()
			s.created[slug]++
			after := s.after
			s.mu.Unlock()
			if after != nil {
				after(slug)
			}
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	s.t.Cleanup(server.Close)
	return server
}

// note counts a write to authentik, and returns the slug of an application that it creates.
func (s *systems) note(r *http.Request) (slug string) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	if r.Method == http.MethodGet || !strings.HasPrefix(r.URL.Path, "/api/v3/") {
		return ""
	}
	s.mu.Lock()
	s.writes++
	s.mu.Unlock()
	if r.URL.Path != "/api/v3/core/transactional/applications/" { // with its provider
		return ""
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var pair struct{ App struct{ Slug string } }
	_ = json.Unmarshal(body, &pair)
	return pair.App.Slug
}

// requests returns how many requests authentik got since this was last called, and how many of them wrote.
func (s *systems) requests() (all, writes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, writes = s.asked, s.writes
	s.asked, s.writes = 0, 0
	return all, writes
}

// links writes the link file as a ConfigMap is mounted: names are links into a directory that is replaced as a whole.
func (s *systems) links() string {
	s.t.Helper()
	dir := s.t.TempDir()
	version := filepath.Join(dir, "..2026_01_02_03_04_05.678901234")
	if err := os.Mkdir(version, 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(version, "links.yaml"), []byte(s.file), 0o644); err != nil {
		s.t.Fatal(err)
	}
	for from, to := range map[string]string{"..data": filepath.Base(version), "links.yaml": "..data/links.yaml"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			s.t.Fatal(err)
		}
	}
	return dir
}

// part returns the links of a part, as docs/link-file.md says how they are divided.
func (s *systems) part(k, of int) (names []string) {
	for _, name := range s.names {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(name))
		if int(sum.Sum32()%uint32(of)) == k {
			names = append(names, name)
		}
	}
	return names
}

// rename renames the application of a link at authentik, as somebody might.
func (s *systems) rename(slug string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPatch,
		s.box.AuthentikURL+"/api/v3/core/applications/"+slug+"/", strings.NewReader(`{"name": "Renamed"}`))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.box.AuthentikToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("renaming %s: %s", slug, answer.Status)
	}
}
