package session

import (
	"context"
	"slices"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/web/live"
	"authpocket/web/view/proof"
)

// Verify is one run of the checks. Its record has an entry for each system whose own checks are done, and an empty one
// once all but the slow check are.
type Verify struct {
	Happened *live.Record[report.System]
	Username string // whose sign-in is predicted, empty for the token's own
	Person   int
	// first is set before the entry, with what is foreseen of the person, and
	// checks before the record ends.
	first    report.Checks
	foreseen *proof.Prediction
	checks   report.Checks
	at       time.Time
	cut      bool // it was cancelled

	halt   context.Context // is done once somebody cancels it
	cancel context.CancelFunc
}

// begin readies a run.
func (v *Verify) begin() {
	v.Happened = live.NewRecord[report.System]()
	v.halt, v.cancel = context.WithCancel(context.Background())
}

// Cancel ends a run early and waits for its end, or the end of ctx. What was measured until then is kept.
func (v *Verify) Cancel(ctx context.Context) {
	v.cancel()
	for {
		_, over, moved := v.Happened.Look()
		if over {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		}
	}
}

func (v *Verify) run(ctx context.Context, e *engine.Engine, d link.Desired, sess *Session) {
	defer v.cancel()
	defer v.Happened.End()
	ctx, cancel := context.WithTimeout(ctx, proof.VerifyLimit)
	defer cancel()
	defer context.AfterFunc(v.halt, cancel)()
	var slow report.Checks
	var probing, asking sync.WaitGroup
	probing.Go(func() { slow = e.VerifySlow(ctx, &d, nil) })
	asking.Go(func() { v.first = e.VerifyTelling(ctx, d, v.Person, v.Happened.Add) })
	if v.Person != 0 {
		asking.Go(func() { v.foresee(ctx, e, &d) })
	}
	asking.Wait()
	sess.measured(v, v.first)
	v.Happened.Add("")
	probing.Wait()
	v.checks, v.at, v.cut = slices.Concat(v.first, slow), time.Now(), v.halt.Err() != nil
	sess.measured(v, v.checks)
}

// foresee keeps nothing where nothing can be foreseen: a check says why.
func (v *Verify) foresee(ctx context.Context, e *engine.Engine, d *link.Desired) {
	if p, err := e.SignIns.Foresee(ctx, *d, v.Person); err == nil {
		v.foreseen = proof.Foreseen(v.Username, &p)
	}
}

// Input returns the page's input for a run. A nil run has not started.
func (v *Verify) Input() proof.VerifyInput {
	if v == nil {
		return proof.VerifyInput{}
	}
	entries, over, _ := v.Happened.Look()
	return v.InputAt(len(entries), over)
}

// InputAt returns the page's input after that many entries.
func (v *Verify) InputAt(entries int, over bool) proof.VerifyInput {
	in := proof.VerifyInput{Begun: true, Ended: over, Person: v.Username}
	list, _, _ := v.Happened.Look()
	in.Done = list[:min(entries, len(list))]
	if slices.Contains(in.Done, "") || over {
		in.Checks, in.Foreseen = v.first, v.foreseen
	}
	if over {
		in.Checks, in.At, in.Cancelled = v.checks, v.at, v.cut
	}
	return in
}

// Ended reports whether there is an outcome.
func (v *Verify) Ended() bool { return v.Input().Ended }

// Proven reports whether all checks ran, both systems answered them, and none failed.
func (v *Verify) Proven() bool {
	return v.Ended() && v.passed()
}

func (v *Verify) passed() bool {
	return !v.cut && v.checks.Good()
}
