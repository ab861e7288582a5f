package outbound_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"authpocket/internal/outbound"
)

// answering starts a server and returns its address.
func answering(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// fetch reads a whole answer.
func fetch(t *testing.T, client *http.Client, url string) (*http.Response, []byte, error) {
	t.Helper()
	t.Cleanup(client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, body, err
}

func TestABodyIsReadToItsBoundAndNoFurther(t *testing.T) {
	for name, test := range map[string]struct {
		size int
		ok   bool
	}{
		"nothing":               {0, true},
		"one byte":              {1, true},
		"one byte to the bound": {outbound.MaxBody - 1, true},
		"just the bound":        {outbound.MaxBody, true},
		"one byte beyond":       {outbound.MaxBody + 1, false},
		"a gigabyte":            {1 << 30, false},
	} {
		t.Run(name, func(t *testing.T) {
			block := make([]byte, 1<<16)
			url := answering(t, func(w http.ResponseWriter, r *http.Request) {
				for left := test.size; left > 0; {
					n, err := w.Write(block[:min(left, len(block))])
					if left -= n; err != nil {
						return // the client has had enough
					}
				}
			})
			_, body, err := fetch(t, outbound.New(outbound.Config{}), url)
			if test.ok && (err != nil || len(body) != test.size) {
				t.Errorf("got %d bytes, %v", len(body), err)
			}
			if !test.ok && (!errors.Is(err, outbound.ErrBodyTooLarge) || len(body) != outbound.MaxBody) {
				t.Errorf("got %d bytes, %v", len(body), err)
			}
		})
	}
}

func TestACompressedBodyCountsAsWhatItBecomes(t *testing.T) {
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		out := gzip.NewWriter(w)
		defer out.Close()
		_, _ = io.Copy(out, io.LimitReader(zeros{}, 64<<20)) // until the client has had enough
	})
	if _, _, err := fetch(t, outbound.New(outbound.Config{}), url); !errors.Is(err, outbound.ErrBodyTooLarge) {
		t.Errorf("the error is %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestABodyThatNeverEndsIsGivenUp(t *testing.T) {
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "a beginning")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	begun := time.Now()
	_, body, err := fetch(t, outbound.New(outbound.Config{Timeout: 200 * time.Millisecond}), url)
	if err == nil || string(body) != "a beginning" || time.Since(begun) > 5*time.Second {
		t.Errorf("after %s got %q, %v", time.Since(begun), body, err)
	}
	if got := outbound.Reason(err); got.String() != "it did not answer in time" {
		t.Errorf("the reason is %q", got)
	}
}

func TestHeadersAreBounded(t *testing.T) {
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 128<<10))
	})
	if _, _, err := fetch(t, outbound.New(outbound.Config{}), url); err == nil {
		t.Error("128 kB of headers are read")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Bool
	elsewhere := answering(t, func(w http.ResponseWriter, r *http.Request) { followed.Store(true) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		url := answering(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, status) })
		res, _, err := fetch(t, outbound.New(outbound.Config{}), url)
		if err != nil || res.StatusCode != status || res.Header.Get("Location") != elsewhere {
			t.Errorf("%d: got %v, %v", status, res, err)
		}
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
}

func TestAPostIsNeverSentTwice(t *testing.T) {
	var posts atomic.Int32
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && posts.Add(1) == 1 {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			connection.Close()
		}
	})
	client := outbound.New(outbound.Config{})
	if _, _, err := fetch(t, client, url); err != nil { // a connection to be kept
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err == nil {
		res.Body.Close()
	}
	if err == nil || posts.Load() != 1 {
		t.Errorf("%d posts arrived, the error is %v", posts.Load(), err)
	}
}
