package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/internal/visible"
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
func (f verifyFlags) watch(ctx context.Context, p program, v view, who signin.Credentials) error {
	v.lines = true
	ticker := time.NewTicker(f.Watch)
	defer ticker.Stop()
	var last error = exitError
	var seen standing
	for {
		r := f.measure(ctx, p, v.file, who)
		if ctx.Err() != nil {
			return last
		}
		if r.Err != nil && !unreachable(r.Err) && seen.headline == "" {
			return v.fail(r.Err) // it will not pass by itself
		}
		if err := f.writeMetrics([]verification{r}); err != nil {
			return v.fail(err)
		}
		seen, last = v.changed(seen, r), r.exit()
		if f.Until == untilFail && r.Checks.Failed() || f.Until == untilPass && last == nil {
			return last
		}
		p.streams.err = io.Discard // what else there is to say was said the first time
		select {
		case <-ctx.Done():
			return last
		case <-ticker.C:
		}
	}
}

func unreachable(err error) bool {
	fault, ok := errors.AsType[*link.Fault](err)
	return ok && fault.Kind == link.FaultUnreachable
}

// standing is the state of a watched link.
type standing struct {
	headline string // without times
	statuses map[link.CheckID]link.Status
}

// changed prints how a link differs from its state before, and returns its
// state. Before the first time, everything passed.
func (v view) changed(before standing, r verification) standing {
	seen := r.seen()
	if !seen.At.IsZero() {
		seen.At = time.Unix(0, 0)
	}
	now := standing{r.Checks.Headline(seen), maps.Clone(before.statuses)}
	if r.Checks == nil {
		now.headline = strings.Join(link.Each(v.messages(r.Err), text), " ")
	}
	if now.statuses == nil {
		now.statuses = map[link.CheckID]link.Status{}
	}
	var differ link.Checks
	for _, c := range r.Checks {
		if now.statuses[c.ID] = c.Status; c.Status != cmp.Or(before.statuses[c.ID], link.Pass) {
			differ = append(differ, c)
		}
	}
	switch {
	case now.headline == before.headline && len(differ) == 0:
	case v.asJSON:
		v.json(v.result(r))
	default:
		v.differ(r, differ, now.headline != before.headline)
	}
	return now
}

// differ prints checks whose status is another one, errors, and the headline if
// it changed, each in one line with the time.
func (v view) differ(r verification, checks link.Checks, headline bool) {
	at := r.Began.Add(r.Took).Local().Format(time.DateTime)
	for _, c := range checks {
		visible.Fprintf(v.out, "%s %-7s %s: %s: %s\n", at, c.Status, c.System.Label(), c.Title, c.Evidence)
	}
	for _, m := range v.messages(r.Err) {
		visible.Fprintf(v.out, "%s error   %s\n", at, text(m))
	}
	if headline && r.Checks != nil {
		visible.Fprintf(v.out, "%s %s\n", at, r.Checks.Headline(r.seen()))
	}
}
