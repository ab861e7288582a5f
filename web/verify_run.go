package web

import (
	"context"
	"slices"
	"sync"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/live"
	"authpocket/web/view/proof"
)

// verifyTime bounds one run of the checks.
const verifyTime = 90 * time.Second

// verifyRun is one run of the checks. Its record has one entry, once all but
// the slow check are done.
type verifyRun struct {
	happened *live.Record[struct{}]
	username string // whose sign-in is predicted, empty for the token's own
	person   int
	// first is set before the entry, with what is foreseen of the person, and
	// checks before the record ends.
	first    link.Checks
	foreseen *proof.Prediction
	checks   link.Checks
	at       time.Time
}

func (v *verifyRun) run(ctx context.Context, e *engine.Engine, d link.Desired) {
	defer v.happened.End()
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	var slow link.Checks
	var probing, asking sync.WaitGroup
	probing.Go(func() { slow = e.VerifySlow(ctx, d, nil) })
	asking.Go(func() { v.first = e.Verify(ctx, d, v.person) })
	if v.person != 0 {
		asking.Go(func() { v.foresee(ctx, e, d) })
	}
	asking.Wait()
	v.happened.Add(struct{}{})
	probing.Wait()
	v.checks, v.at = slices.Concat(v.first, slow), time.Now()
}

// foresee keeps nothing where nothing can be foreseen: a check says why.
func (v *verifyRun) foresee(ctx context.Context, e *engine.Engine, d link.Desired) {
	if p, err := e.Foresee(ctx, d, v.person); err == nil {
		v.foreseen = proof.Foreseen(v.username, p)
	}
}

// input is what the page shows of a run. A nil run was not begun.
func (v *verifyRun) input() proof.VerifyInput {
	if v == nil {
		return proof.VerifyInput{}
	}
	entries, over, _ := v.happened.Look()
	return v.inputAt(len(entries), over)
}

func (v *verifyRun) inputAt(entries int, over bool) proof.VerifyInput {
	in := proof.VerifyInput{Begun: true, Ended: over, Person: v.username}
	if entries > 0 || over {
		in.Checks, in.Foreseen = v.first, v.foreseen
	}
	if over {
		in.Checks, in.At = v.checks, v.at
	}
	return in
}

// ended tells whether there is an outcome.
func (v *verifyRun) ended() bool { return v.input().Ended }

// proven tells whether something was measured and nothing was wrong.
func (v *verifyRun) proven() bool {
	in := v.input()
	return in.Ended && !in.Checks.Failed() && in.Checks.Count(link.Pass) > 0
}
