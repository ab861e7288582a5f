package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authpocket/internal/engine"
)

// openEvents opens an event stream and returns what is closed at its end.
func (b *browser) openEvents(path string) (status int, ended <-chan struct{}) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}()
	b.t.Cleanup(func() { cancel(); <-done })
	return res.StatusCode, done
}

// wantEnd waits for the end of a stream.
func wantEnd(t *testing.T, what string, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Errorf("%s: the stream goes on", what)
	}
}

// goesOn reports whether a stream has not ended.
func goesOn(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return false
	default:
		return true
	}
}

func TestStreamsOfASessionAndOfAnInvitationAreBounded(t *testing.T) {
	w, b, live := living(t)
	sess := w.only(t)
	sess.mu.Lock() // work that does not end
	sess.applies[0].happened, sess.verify = newRecord[engine.Event](), &verifyRun{happened: newRecord[struct{}]()}
	sess.mu.Unlock()
	var paths []string
	for _, r := range routesOf(t, w, live) {
		if strings.HasSuffix(r.path, "/events") {
			paths = append(paths, r.path)
		}
	}
	if len(paths) < 4 {
		t.Fatalf("the router has the streams %q", paths)
	}
	for _, path := range paths {
		var open []<-chan struct{}
		for range streamLimit + 2 {
			status, ended := b.openEvents(path)
			if status != http.StatusOK {
				t.Fatalf("%s: %d", path, status)
			}
			open = append(open, ended)
		}
		wantEnd(t, path, open[0])
		wantEnd(t, path, open[1])
		if slices.ContainsFunc(open[2:], func(ended <-chan struct{}) bool { return !goesOn(ended) }) {
			t.Errorf("%s: one of the newest %d streams ended", path, streamLimit)
		}
	}
}

func TestStreamsOfAnInvitationEndWithIt(t *testing.T) {
	w, _, live := living(t)
	try := live["/try/{token}"]
	run := w.server.signIns.invited(strings.TrimPrefix(try, "/try/"))
	first, other := w.browser(), w.browser()
	first.get(try).want(200)
	_, ended := other.openEvents(try + "/events")
	first.post(try, nil).want(303, try)
	wantEnd(t, "of somebody who has only looked", ended)
	if status, _ := other.openEvents(try + "/events"); status != http.StatusNotFound {
		t.Errorf("a browser without the claim's cookie gets %d", status)
	}
	_, claimed := first.openEvents(try + "/events")
	w.server.signIns.drop(run.sess)
	wantEnd(t, "of a session that is over", claimed)

	w, _, live = living(t)
	try = live["/try/{token}"]
	run = w.server.signIns.invited(strings.TrimPrefix(try, "/try/"))
	run.mu.Lock()
	run.invite.expires = time.Now().Add(time.Second)
	run.mu.Unlock()
	status, ended := w.browser().openEvents(try + "/events")
	if status != http.StatusOK {
		t.Fatalf("before the invitation's end: %d", status)
	}
	wantEnd(t, "of an invitation whose time is over", ended)
}
