package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// watchFlags repeat verify.
type watchFlags struct {
	Watch time.Duration // 0: once
	Until string        // untilFail, untilPass, or empty for a signal
}

func (f *watchFlags) add(cmd *cobra.Command) {
	cmd.Flags().Var((*option.Interval)(&f.Watch), "watch",
		"repeat at this `interval`, such as 5m, until a signal, and print "+
			"what changes")
	option.Choose(cmd, cmd.Flags(), &f.Until, "until",
		"end --watch at the first `outcome`: fail, when a check fails, or "+
			"pass, when none\ndoes", untilFail, untilPass)
}

type verifyFlags struct {
	program.LinkFlags
	Quick  bool
	Person string
	signInFlags
	proofFlags
	Yes bool // the person of --sign-in-new is made without asking
	program.LinksFlags
	Format  string // how the result is printed
	Metrics string // the file for Prometheus, empty for none
	watchFlags
}

// measure connects to both systems of a link file and checks the link once.
func (f verifyFlags) measure(ctx context.Context, p *program.Run, file *linkfile.File,
	who signin.Credentials) (r output.Verification) {
	r = output.Verification{File: *file, Began: time.Now()}
	whole := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		r.Took = time.Since(r.Began)
		switch {
		case whole.Err() == nil:
		case r.Checks == nil:
			r.Err = notStarted()
		case r.Err == nil: // what was not measured any more is no failed check
			r.Err = output.Refused(say.Of("Interrupted, so not everything was checked."), say.Text{})
		}
	}()
	receipts := disk.Earlier(f.State)
	if f.SignIn != "" || f.SignInNew { // both are noted there
		receipts = disk.Kept(f.State)
	}
	moment := engine.OneMoment(ctx)
	e, spec, err := p.Reach(moment, file, receipts, engine.AheadOfVerify)
	if err != nil {
		r.Err = err
		return r
	}
	p.ViewOf(file, false, false).Interrupted(e)
	desired, err := e.Desire(moment, &spec)
	if err != nil {
		r.Err = err
		return r
	}
	if missing, none := engine.NoLink(&desired); none {
		r.Checks = report.Checks{missing}
		return r
	}
	shown := p.View(f.printsDocument())
	shown.All = f.All
	proof, err := f.planProof(ctx, p, e, &spec, shown, f.Yes)
	if err != nil {
		r.Err = err
		return r
	}
	defer proof.Generated.Person.Password.Wipe()
	person := 0 // the token's own account
	if named := cmp.Or(f.Person, f.SignIn); named != "" {
		// A token that may not read users can still test a sign-in.
		if person, err = e.SignIns.FindUser(ctx, named); err != nil && f.Person != "" {
			r.Err = err
			return r
		}
	}
	erase := p.Status(say.Of("Checking authentik and PocketBase"))
	r.Checks = e.Verify(moment, desired, person)
	if !f.Quick {
		erase = p.Status(say.Of("Waiting for PocketBase's log, which takes 4 to 30 seconds"))
		r.Checks = append(r.Checks, e.VerifySlow(ctx, &desired, nil)...)
	}
	erase()
	f.signIn(ctx, p, e, &desired, who, &proof, &r)
	return r
}

// signIn adds the test sign-in that the flags ask for.
func (f verifyFlags) signIn(ctx context.Context, p *program.Run, e *engine.Engine, d *link.Desired,
	who signin.Credentials, proof *link.Plan, r *output.Verification) {
	var check report.Check
	switch {
	case f.SignIn != "":
		check, r.SignIn = e.SignIns.Run(ctx, d, who)
	case f.SignInNew:
		r.Changes = output.NewOutcomes(proof)
		check, r.SignIn, r.Err = e.Prove(ctx, proof, p.View(f.printsDocument()).Progress(r.Changes))
	}
	if check.ID != "" {
		r.Checks = append(r.Checks, check)
	}
	if hooked, made := signin.GroupsCheck(d, r.SignIn); made {
		r.Checks = append(r.Checks, hooked)
	}
}

// writeMetrics writes the verifications for Prometheus to the file of --metrics,
// if there is one.
func (f verifyFlags) writeMetrics(list []output.Verification) error {
	if f.Metrics == "" {
		return nil
	}
	if err := disk.Replace(f.Metrics, []byte(output.Metrics(list)), 0o644); err != nil {
		return disk.OfFile(f.Metrics, err)
	}
	return nil
}

// printsDocument reports whether standard output gets one document alone.
func (f verifyFlags) printsDocument() bool { return f.JSON || f.Format == formatJUnit }

// The formats of results.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatJUnit = "junit"
)

func notStarted() error {
	return output.Refused(say.Of("Interrupted before this link was checked."), say.Text{})
}

// What --until waits for.
const (
	untilFail = "fail"
	untilPass = "pass"
)

// watch measures a link at intervals and prints what changes, until a signal or
// what --until waits for. It returns the exit code of the last measurement.
func (f verifyFlags) watch(ctx context.Context, p *program.Run, v *output.View, who signin.Credentials) error {
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
		p = new(*p)
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
