package session

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/connect"
	"authpocket/internal/engine/signins"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// testRun is a run with a client secret.
func testRun(sess *Session) *SignIn {
	d := link.Desired{}
	d.Provider.ClientSecret = secret.New("client secret")
	return NewSignIn(sess, d, WayWindow)
}

func TestTestSignInsThatAreLetGoAreOverwritten(t *testing.T) {
	s, _ := desk(t)
	sess, _, _ := kept(s)
	var runs []*SignIn
	for range signInsKept + 2 {
		runs = append(runs, testRun(sess))
	}
	runs[1].work(true) // the engine is at it
	for _, run := range runs {
		s.tests.Add(run)
	}
	there := func(run *SignIn) bool { return run.Desired.Provider.ClientSecret.IsSet() }
	if there(runs[0]) || !there(runs[1]) || !there(runs[2]) {
		t.Errorf("the secrets are there: %t of an old run, %t of one at work, %t of a new one", there(runs[0]),
			there(runs[1]), there(runs[2]))
	}
	if _, over, _ := runs[0].Happened.Look(); !over || runs[0].note != newerTests() {
		t.Error("who waits for an old run is not told that nothing comes")
	}
	runs[1].work(false)
	s.wipe(sess)
	for i, run := range runs {
		if there(run) {
			t.Errorf("the secret of run %d outlived the session", i)
		}
	}
	if n := len(s.tests.All(sess)); n != 0 {
		t.Errorf("%d runs of a session that is over", n)
	}
}

// notingPocketBase notes the code verifiers that it is sent.
type notingPocketBase struct {
	connect.PocketBaseSystem
	seen chan string
}

func (p notingPocketBase) Exchange(_ context.Context, _ link.Desired, code signin.Code) (signin.Exchanged, error) {
	p.seen <- code.CodeVerifier.Reveal()
	return signin.Exchanged{Outcome: signin.OutcomeReturns, Record: &signin.Record{Email: "ada@company.example"}}, nil
}

type silentAuthentik struct{ connect.AuthentikSystem }

func (silentAuthentik) Events(context.Context, time.Time, link.Desired, string) signin.AuthentikTrail {
	return signin.AuthentikTrail{}
}

// returning is a session with a test sign-in that was sent to authentik.
func returning(t *testing.T, s *Store, seen chan string) (*Session, *SignIn) {
	t.Helper()
	sess := &Session{
		tests: s.tests, authentik: &Authentik{System: silentAuthentik{}, HTTP: http.DefaultClient},
		pocketbase: &PocketBase{System: notingPocketBase{seen: seen}, HTTP: http.DefaultClient},
	}
	run := testRun(sess)
	run.test, run.state = &signins.Test{CodeVerifier: secret.New("the verifier")}, "state"
	s.tests.Add(run)
	return sess, run
}

// A test that has come back is judged with all that it holds, even if newer
// ones let go of it before the engine begins.
func TestAReturnIsNeverJudgedWithWipedSecrets(t *testing.T) {
	s, w := desk(t)
	seen := make(chan string, 1)
	_, run := returning(t, s, seen)
	back, ok := run.Take("state", secret.New("code"), "", signin.MissingNothing)
	run.letGo(newerTests())
	if _, over, _ := run.Happened.Look(); !ok || over {
		t.Errorf("it was taken: %t, and is over before its verdict: %t", ok, over)
	}
	run.Finish(w, back)
	if got := <-seen; got != "the verifier" {
		t.Errorf("the code was exchanged with the verifier %q", got)
	}
	w.Jobs.Wait()
	if v := run.Verdict(); v == nil || !v.Works {
		t.Errorf("the verdict is %+v", v)
	}
	if run.test.CodeVerifier.IsSet() || run.Desired.Provider.ClientSecret.IsSet() {
		t.Error("its secrets outlive the verdict")
	}
}

// However return, newer tests and forgetting fall together, the run ends once,
// with a verdict or a reason, and what it held is overwritten.
func TestReturnsThatFallTogetherWithForgetting(t *testing.T) {
	s, w := desk(t)
	for range 300 {
		seen := make(chan string, 1)
		sess, run := returning(t, s, seen)
		var group sync.WaitGroup
		group.Go(func() {
			if back, ok := run.Take("state", secret.New("code"), "", signin.MissingNothing); ok {
				run.Finish(w, back)
			}
		})
		group.Go(func() { run.letGo(newerTests()) })
		group.Go(func() { sess.Forget() })
		group.Wait()
		w.Jobs.Wait()
		close(seen)
		if got, exchanged := <-seen; exchanged && got != "the verifier" {
			t.Fatalf("the code was exchanged with the verifier %q", got)
		}
		run.mu.Lock()
		note := run.note
		run.mu.Unlock()
		if v := run.Verdict(); (v == nil) == (note.Empty()) {
			t.Fatalf("the verdict is %v, and there is none because %q", v, note)
		}
		if run.test.CodeVerifier.IsSet() || run.Desired.Provider.ClientSecret.IsSet() {
			t.Fatal("its secrets outlive it")
		}
	}
}

func TestALinkForSomebodyElseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tests SignIns
		run := NewSignIn(nil, link.Desired{}, WayWindow)
		run.invite = &invite{hash: sha256.Sum256([]byte("token")), expires: time.Now().Add(InviteLife)}
		tests.Add(run)
		time.Sleep(InviteLife - time.Second)
		if tests.Invited("token") != run || tests.Invited("another") != nil {
			t.Error("the link does not lead to its test until its time is up, or another does")
		}
		time.Sleep(time.Second)
		if tests.Invited("token") != nil {
			t.Error("the link leads to its test after its time is up")
		}
	})
}
