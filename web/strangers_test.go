package web

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/listen"
)

// strangers is how many people without the code come by.
const strangers = 10_000

// held is the memory that is still in use after a collection, in bytes.
func held() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held on to
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func TestStrangersTakeNoMemory(t *testing.T) {
	s := New(Config{})
	ln, err := listen.Open(t.Context(), listen.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- listen.Serve(ctx, ln, s.Handler(), s.Close) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	visit(t, client, ln.URL, 100) // what the first ones make is there for all
	before := held()
	visit(t, client, ln.URL, strangers)
	after := held()
	grown := max(after, before) - before
	t.Logf("%d strangers take %d kB", strangers, grown>>10)
	if grown > 20<<20 {
		t.Errorf("%d strangers take %d bytes", strangers, grown)
	}
	if n := s.sessions.count(); n != 0 {
		t.Errorf("%d sessions of strangers", n)
	}
}

// visit lets n strangers look at pages, guess cookies, and send forms.
func visit(t *testing.T, client *http.Client, base string, n int) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(32)
	for range n {
		group.Go(func() error {
			form := url.Values{"authentik.url": {"http://authentik.example"}, "filler": {strings.Repeat("x", 1000)}}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"authentik", strings.NewReader(form.Encode()))
			if err != nil {
				return err
			}
			req.Header.Set("Origin", strings.TrimSuffix(base, "/"))
			req.Header.Set("Cookie", "authpocket="+newID()+"; authpocket-door="+newID())
			res, err := client.Do(req)
			if err != nil {
				return err
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("a stranger gets %d", res.StatusCode)
			}
			_, err = io.Copy(io.Discard, res.Body)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}
