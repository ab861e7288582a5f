package web

import (
	"context"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/view"
)

// verifyTime bounds one run of the checks.
const verifyTime = 90 * time.Second

// verifyRun is one run of the checks.
type verifyRun struct {
	happened *record[struct{}]
	checks   link.Checks // set before the record ends
}

func (v *verifyRun) run(ctx context.Context, e *engine.Engine, d link.Desired) {
	defer v.happened.end()
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	v.checks = e.Verify(ctx, d, 0)
}

// input is what the page shows of a run. A nil run was not begun.
func (v *verifyRun) input() view.VerifyInput {
	if v == nil {
		return view.VerifyInput{}
	}
	_, over, _ := v.happened.look()
	in := view.VerifyInput{Begun: true, Ended: over}
	if over {
		in.Checks = v.checks
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
