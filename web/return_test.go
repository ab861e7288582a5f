package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// notingPocketBase notes the code verifiers that it is sent.
type notingPocketBase struct {
	connect.PocketBaseSystem
	seen chan string
}

func (p notingPocketBase) Exchange(_ context.Context, _ link.Desired, code link.Code) (link.Exchanged, error) {
	p.seen <- code.CodeVerifier.Reveal()
	return link.Exchanged{Outcome: link.OutcomeReturns, Record: &link.Record{Email: "ada@company.example"}}, nil
}

type silentAuthentik struct{ connect.AuthentikSystem }

func (silentAuthentik) Events(context.Context, time.Time, link.Desired, string) link.AuthentikTrail {
	return link.AuthentikTrail{}
}

// returning is a session with a test sign-in that was sent to authentik.
func returning(t *testing.T, s *Server, seen chan string) (*session, *signInRun) {
	t.Helper()
	sess := &session{
		tests: &s.signIns, authentik: &authentikAnswer{system: silentAuthentik{}, http: http.DefaultClient},
		pocketbase: &pocketbaseAnswer{system: notingPocketBase{seen: seen}, http: http.DefaultClient},
	}
	run := testRun(sess)
	run.test, run.state = &engine.SignIn{CodeVerifier: secret.New("the verifier")}, "state"
	s.signIns.add(run)
	return sess, run
}

// A test that has come back is judged with all that it holds, even if newer
// ones let go of it before the engine begins.
func TestAReturnIsNeverJudgedWithWipedSecrets(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	seen := make(chan string, 1)
	_, run := returning(t, s, seen)
	back, ok := run.take("state", secret.New("code"), "", link.MissingNothing)
	run.letGo(newerTests)
	if _, over, _ := run.happened.Look(); !ok || over {
		t.Errorf("it was taken: %t, and is over before its verdict: %t", ok, over)
	}
	s.finish(run, back)
	if got := <-seen; got != "the verifier" {
		t.Errorf("the code was exchanged with the verifier %q", got)
	}
	s.jobs.Wait()
	if v := run.verdict(); v == nil || !v.Works {
		t.Errorf("the verdict is %+v", v)
	}
	if run.test.CodeVerifier.IsSet() || run.desired.Provider.ClientSecret.IsSet() {
		t.Error("its secrets outlive the verdict")
	}
}

// However return, newer tests and forgetting fall together, the run ends once,
// with a verdict or a reason, and what it held is overwritten.
func TestReturnsThatFallTogetherWithForgetting(t *testing.T) {
	s := New(Config{})
	t.Cleanup(s.Close)
	for range 300 {
		seen := make(chan string, 1)
		sess, run := returning(t, s, seen)
		var group sync.WaitGroup
		group.Go(func() {
			if back, ok := run.take("state", secret.New("code"), "", link.MissingNothing); ok {
				s.finish(run, back)
			}
		})
		group.Go(func() { run.letGo(newerTests) })
		group.Go(func() { sess.forget() })
		group.Wait()
		s.jobs.Wait()
		close(seen)
		if got, exchanged := <-seen; exchanged && got != "the verifier" {
			t.Fatalf("the code was exchanged with the verifier %q", got)
		}
		run.mu.Lock()
		note := run.note
		run.mu.Unlock()
		if v := run.verdict(); (v == nil) == (note == "") {
			t.Fatalf("the verdict is %v, and there is none because %q", v, note)
		}
		if run.test.CodeVerifier.IsSet() || run.desired.Provider.ClientSecret.IsSet() {
			t.Fatal("its secrets outlive it")
		}
	}
}

// A browser that has looked at the page holds the link from its first press
// on, whether the answer arrives or not.
func TestALostAnswerLocksNobodyOutOfALink(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	for name, lose := range map[string]func(*browser, string){
		"the answer is lost": func(first *browser, try string) {
			rec := httptest.NewRecorder()
			w.server.Handler().ServeHTTP(rec, first.request(t.Context(), try, nil))
			if rec.Code != http.StatusSeeOther {
				t.Errorf("the first press is answered with %d", rec.Code)
			}
		},
		"it leaves while PocketBase is asked": func(first *browser, try string) {
			w.server.Handler().ServeHTTP(httptest.NewRecorder(), first.request(ended(t), try, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			try, _ := w.invited(b)
			first, second := w.browser(), w.browser()
			first.get(try).want(200).says("Begin")
			second.get(try).want(200).says("Begin")
			lose(first, try)
			second.post(try, nil).want(404)
			first.post(try, nil).want(303, try)
			if got := first.get(try).want(200); strings.Contains(got.visible(), "It did not work") {
				t.Errorf("the test is over:\n%s", got.visible())
			}
			first.through(box, try)
			first.get(try).want(200).says("It worked")
		})
	}
}
