package session

import (
	"context"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/engine/signins"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/web/live"
	"authpocket/web/view/proof"
)

// The times of a test sign-in.
const (
	signInWait  = 5 * time.Minute  // for the return, as long as PocketBase keeps a stream open
	InviteLife  = 30 * time.Minute // of a link for another user
	signInsKept = 8                // per session
)

// Where authentik sends the code.
const (
	WayWindow   = "window"   // through PocketBase, to the page that waits at its event stream
	WayCallback = "callback" // to authpocket's own address
)

// tokensGone says why a test has no verdict.
func tokensGone() say.Text {
	return say.Of("The tokens were deleted before the sign-in finished, so authpocket cannot check the result.")
}

// newerTests says why a test has no verdict.
func newerTests() say.Text {
	return say.Of("Newer tests replaced this one before the sign-in finished.")
}

// SignIn is one test sign-in, from the button to the verdict.
type SignIn struct {
	ID       string
	Way      string
	Session  *Session
	Desired  link.Desired
	Person   string // username of the prediction, empty for none
	Expected signins.Expected
	Redirect string // where authentik sends people back to, empty for PocketBase's own
	invite   *invite
	Made     time.Time
	Happened *live.Record[signin.Verdict]
	Streams  live.Streams // of browsers with the invitation

	mu       sync.Mutex
	test     *signins.Test // nil until it was begun
	state    string        // that the authorize URL was opened with, empty until it was
	returned bool
	timer    *time.Timer // ends the wait
	link     string      // authentik's page, where it is opened by hand
	note     say.Text    // why there is no verdict
	deleted  bool        // the account that it made is gone
	busy     bool        // it has come back, and the engine is finding out what came of it
	gone     bool        // it takes part in nothing any more
}

// NewSignIn returns a run with its own copies of the client secrets.
func NewSignIn(sess *Session, d link.Desired, way string) *SignIn {
	d.Provider.ClientSecret, d.Slot.ClientSecret = secret.New(d.Provider.ClientSecret.Reveal()),
		secret.New(d.Slot.ClientSecret.Reveal())
	return &SignIn{ID: NewID()[:26], Way: way, Session: sess, Desired: d, Made: time.Now(),
		Happened: live.NewRecord[signin.Verdict]()}
}

// proven returns the run of a proof, which has ended. Its account is not offered
// for deletion: the proof has deleted it.
func proven(sess *Session, plan *link.Plan, v signin.Verdict) *SignIn {
	run := NewSignIn(sess, plan.Desired, WayWindow)
	run.Person, run.returned = plan.Generated.Person.Username, true
	v.Made = false
	run.Happened.Add(v)
	run.Happened.End()
	run.letGo(say.Text{}) // it needs no secrets any more
	return run
}

// Begin asks PocketBase how to start the sign-in. A second call does nothing.
func (run *SignIn) Begin(ctx context.Context, e *engine.Engine) error {
	test, err := e.SignIns.Start(ctx, &run.Desired, run.Redirect)
	if err != nil {
		return err
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.test != nil || run.gone {
		test.CodeVerifier.Wipe()
		return nil
	}
	run.test = &test
	return nil
}

// Open gives the page of authentik that a sign-in with this state begins at.
// It answers false for a run that has no use for it any more, and for another
// state than the first.
func (run *SignIn) Open(state string, late func()) (string, bool) {
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.test == nil || run.returned || run.gone || run.state != "" && run.state != state {
		return "", false
	}
	if run.state == "" {
		run.state = state
		run.timer = time.AfterFunc(signInWait, late)
		run.Happened.Add(signin.Verdict{Stages: signin.StagesUpTo(signin.StageAuthentik, signin.StageRunning,
			say.Text{}),
			Prediction: run.Expected.Prediction})
	}
	return run.test.WithState(state), true
}

// Take marks the run as come back, once, and as busy until Finish is done with
// it, so that nothing is wiped in between. What comes with another state than
// it was opened with is not its return.
func (run *SignIn) Take(state string, code secret.Text, failed string, missing signin.Missing) (signin.Return, bool) {
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.test == nil || run.returned || run.gone || missing == signin.MissingNothing &&
		(state == "" || state != run.state) {
		return signin.Return{}, false
	}
	run.returned, run.busy = true, true
	if run.timer != nil {
		run.timer.Stop()
	}
	return signin.Return{Code: code, Error: failed, Missing: missing, State: run.state}, true
}

// work marks whether something needs what the run holds.
func (run *SignIn) work(busy bool) {
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.busy = busy; run.gone && !busy {
		run.wipe()
	}
}

// letGo retires the run and wipes its secrets, now or when the engine is done with
// it. why is the note for a run without a verdict.
func (run *SignIn) letGo(why say.Text) {
	run.mu.Lock()
	if run.gone = true; run.timer != nil {
		run.timer.Stop()
	}
	busy := run.busy
	if !busy {
		run.wipe()
	}
	run.mu.Unlock()
	if _, over, _ := run.Happened.Look(); !over && !busy {
		run.Stop(why)
	}
}

// wipe overwrites the secrets. The caller holds mu.
func (run *SignIn) wipe() {
	for _, text := range desiredSecrets(&run.Desired) {
		text.Wipe()
	}
	if run.test != nil {
		run.test.CodeVerifier.Wipe()
	}
}

// Stop ends a run without a verdict.
func (run *SignIn) Stop(why say.Text) {
	run.mu.Lock()
	run.note = why
	run.mu.Unlock()
	run.Happened.End()
}

// Input returns the page's input for the run's first n entries.
func (run *SignIn) Input(n int, over bool) proof.SignInInput {
	entries, _, _ := run.Happened.Look()
	in := proof.SignInInput{ID: run.ID, Way: run.Way, Person: run.Person, Prediction: run.Expected.Prediction,
		Ended: over, Desired: run.Desired}
	if n = min(n, len(entries)); n > 0 {
		in.Verdict = &entries[n-1]
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	in.Link, in.Note, in.Deleted, in.Returned, in.Begun = run.link, run.note, run.deleted, run.returned, run.test != nil
	if run.invite != nil {
		in.Invited, in.Expires, in.Withdrawn = true, run.invite.expires, run.invite.expires.IsZero()
	}
	if run.test != nil {
		in.Opened, in.Realtime, in.Redirect = run.state != "", run.test.RealtimeURL, run.test.RedirectURL
	}
	return in
}

// Now returns the whole record.
func (run *SignIn) Now() (in proof.SignInInput, count int) {
	entries, over, _ := run.Happened.Look()
	return run.Input(len(entries), over), len(entries)
}

// Verdict returns the verdict, nil while there is none.
func (run *SignIn) Verdict() *signin.Verdict {
	entries, over, _ := run.Happened.Look()
	if !over || len(entries) == 0 {
		return nil
	}
	return &entries[len(entries)-1]
}

// Finish has the engine work out the verdict of a return, with the session's
// tokens. It ends what Take began.
func (run *SignIn) Finish(w Worker, back signin.Return) {
	sess := run.Session
	sess.mu.Lock()
	defer sess.mu.Unlock()
	if sess.authentik == nil || sess.pocketbase == nil {
		run.work(false)
		run.Stop(tokensGone())
		return
	}
	e := w.Engine(Progress{Authentik: sess.authentik, PocketBase: sess.pocketbase})
	began := sess.beginWork(w, func(ctx context.Context) {
		defer run.work(false)
		defer run.Happened.End()
		defer back.Code.Wipe()
		run.Happened.Add(e.SignIns.Finish(ctx, &run.Desired, *run.test, back, run.Expected, run.Happened.Add))
	})
	if !began {
		run.work(false)
		run.Stop(say.Of("authpocket is shutting down."))
	}
}

// Late returns the function that ends a run without a return in time.
func (run *SignIn) Late(w Worker) func() {
	return func() {
		if back, ok := run.Take("", secret.Text{}, "", signin.MissingTimeout); ok {
			run.Finish(w, back)
		}
	}
}

// Started returns what PocketBase said at the start of the sign-in. The run must
// have begun.
func (run *SignIn) Started() signins.Test {
	run.mu.Lock()
	defer run.mu.Unlock()
	return *run.test
}

// AccountDeleted records that the account created by the test was deleted.
func (run *SignIn) AccountDeleted() {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.deleted = true
}

// ByHand keeps the URL of authentik's page for a window opened by hand.
func (run *SignIn) ByHand(address string) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.link = address
}
