package command

import (
	"context"
	"errors"
	"io"
	"time"

	"authpocket/internal/command/output"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// watch measures a link at intervals and prints what changes, until a signal or
// what --until waits for. It returns the exit code of the last measurement.
func (f verifyFlags) watch(ctx context.Context, p program, v *output.View, who signin.Credentials) error {
	v.Lines = true
	ticker := time.NewTicker(f.Watch)
	defer ticker.Stop()
	var last error = output.ExitError
	var seen output.Standing
	for {
		r := f.measure(ctx, p, &v.File, who)
		if ctx.Err() != nil {
			return last
		}
		if r.Err != nil && !unreachable(r.Err) && !seen.IsKnown() {
			return v.Fail(r.Err) // it will not pass by itself
		}
		if err := f.writeMetrics([]output.Verification{r}); err != nil {
			return v.Fail(err)
		}
		seen, last = v.Changed(seen, &r), r.Summary().Exit()
		if p.Lost() != nil {
			return last // nobody sees what changes
		}
		if f.Until == untilFail && r.Checks.Failed() || f.Until == untilPass && last == nil {
			return last
		}
		p.Err = io.Discard // what else there is to say was said the first time
		select {
		case <-ctx.Done():
			return last
		case <-ticker.C:
		}
	}
}

func unreachable(err error) bool {
	fault, ok := errors.AsType[*report.Fault](err)
	return ok && fault.Kind == report.FaultUnreachable
}
