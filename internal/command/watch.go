package command

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// watchFlags repeat verify.
type watchFlags struct {
	Watch time.Duration // 0: once
	Until string        // untilFail, untilPass, or empty for a signal
}

// What --until waits for.
const (
	untilFail = "fail"
	untilPass = "pass"
)

func (f *watchFlags) add(cmd *cobra.Command) {
	cmd.Flags().Var((*interval)(&f.Watch), "watch", "repeat at this `interval`, such as 5m, until a signal, and print "+
		"what changes")
	choose(cmd, cmd.Flags(), &f.Until, "until", "end --watch at the first `outcome`: fail, when a check fails, or "+
		"pass, when none\ndoes", untilFail, untilPass)
}

// interval is the value of --watch.
type interval time.Duration

func (i *interval) Set(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return errors.New("use a number with a unit, such as 30s or 5m")
	}
	*i = interval(d)
	return nil
}

func (i *interval) String() string { return time.Duration(*i).String() }

func (*interval) Type() string { return "interval" }

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
