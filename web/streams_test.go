package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/internal/engine/apply"
	"authpocket/internal/listen"
	"authpocket/internal/report"
	"authpocket/web/live"
	"authpocket/web/session"
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
	w, b, ids := living(t)
	sess := w.only(t)
	// work that does not end
	sess.Begun()[0].Happened = live.NewRecord[apply.Event]()
	sess.Look().Verify.Happened = live.NewRecord[report.System]()
	var paths []string
	for _, r := range routesOf(t, w, ids) {
		if strings.HasSuffix(r.path, "/events") {
			paths = append(paths, r.path)
		}
	}
	if len(paths) < 4 {
		t.Fatalf("the router has the streams %q", paths)
	}
	for _, path := range paths {
		var open []<-chan struct{}
		for range live.StreamLimit + 2 {
			status, ended := b.openEvents(path)
			if status != http.StatusOK {
				t.Fatalf("%s: %d", path, status)
			}
			open = append(open, ended)
		}
		wantEnd(t, path, open[0])
		wantEnd(t, path, open[1])
		if slices.ContainsFunc(open[2:], func(ended <-chan struct{}) bool { return !goesOn(ended) }) {
			t.Errorf("%s: one of the newest %d streams ended", path, live.StreamLimit)
		}
	}
}

// invited returns the path of a new invitation, and its test.
func (w *wizard) invited(b *browser) (try string, run *session.SignIn) {
	w.t.Helper()
	address, err := url.Parse(text(b.invite(nil).all("pre")[0]))
	if err != nil {
		w.t.Fatal(err)
	}
	return address.Path, w.server.signIns.Invited(strings.TrimPrefix(address.Path, "/try/"))
}

func TestStreamsOfAnInvitationEndWithIt(t *testing.T) {
	w, b := linked(t, newSandbox(t), "trust-all")
	_, run := w.invited(b)
	run.Invite(time.Now().Add(time.Second))
	try := "/try/" + run.Session.Invitation(run).Reveal()
	first, other := w.browser(), w.browser()
	status, ended := other.openEvents(try + "/events")
	if status != http.StatusOK {
		t.Fatalf("before the invitation's end: %d", status)
	}
	wantEnd(t, "of an invitation whose time is over", ended)

	try, run = w.invited(b)
	first.get(try).want(200)
	_, ended = other.openEvents(try + "/events")
	first.post(try, nil).want(303, try)
	wantEnd(t, "of somebody who has only looked", ended)
	if status, _ := other.openEvents(try + "/events"); status != http.StatusNotFound {
		t.Errorf("a browser without the claim's cookie gets %d", status)
	}
	_, claimed := first.openEvents(try + "/events")
	w.server.sessions.End(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/restart", nil), run.Session)
	wantEnd(t, "of a session that is over", claimed)
}

func TestWhoHoldsALinkLocksNobodyOut(t *testing.T) {
	w, _, ids := living(t)
	ln := served(t, w.server)
	host := ln.Addr().String()
	stream := "GET " + ids["/try/{token}"] + "/events HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer func() { cancel(); group.Wait() }()
	for range listen.MaxConnections + live.StreamLimit {
		group.Go(func() { hold(ctx, host, [2]string{stream, ""}) })
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: listen.HeaderTime}
	for range 5 { // while they come, and come again
		time.Sleep(200 * time.Millisecond)
		begun := time.Now()
		res, err := client.Get(ln.URL)
		t.Logf("it took %s", time.Since(begun))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
}
