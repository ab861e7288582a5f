package command

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
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
	linkFlags
	Quick  bool
	Person string
	signInFlags
	proofFlags
	Yes bool // the person of --sign-in-new is made without asking
	linksFlags
	Format  string // how the result is printed
	Metrics string // the file for Prometheus, empty for none
	watchFlags
}

// measure connects to both systems of a link file and checks the link once.
func (f verifyFlags) measure(ctx context.Context, p program, file *linkfile.File,
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
			r.Err = refused(say.Of("Interrupted, so not everything was checked."), say.Text{})
		}
	}()
	receipts := earlier(f.State)
	if f.SignIn != "" || f.SignInNew { // both are noted there
		receipts = kept(f.State)
	}
	moment := engine.OneMoment(ctx)
	e, spec, err := p.reach(moment, file, receipts, engine.AheadOfVerify)
	if err != nil {
		r.Err = err
		return r
	}
	p.viewOf(file, false, false).Interrupted(e)
	desired, err := e.Desire(moment, &spec)
	if err != nil {
		r.Err = err
		return r
	}
	if missing, none := engine.NoLink(&desired); none {
		r.Checks = report.Checks{missing}
		return r
	}
	shown := p.view(f.printsDocument())
	shown.All = f.All
	proof, err := p.planProof(ctx, e, &spec, f.proofFlags, shown, f.Yes)
	if err != nil {
		r.Err = err
		return r
	}
	defer proof.Generated.Person.Password.Wipe()
	person := 0 // the token's own account
	if named := cmp.Or(f.Person, f.SignIn); named != "" {
		// A token that may not read users can still test a sign-in.
		if person, err = e.FindUser(ctx, named); err != nil && f.Person != "" {
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
func (f verifyFlags) signIn(ctx context.Context, p program, e *engine.Engine, d *link.Desired, who signin.Credentials,
	proof *link.Plan, r *output.Verification) {
	var check report.Check
	switch {
	case f.SignIn != "":
		check, r.SignIn = e.SignInAs(ctx, d, who)
	case f.SignInNew:
		r.Changes = output.NewOutcomes(proof)
		check, r.SignIn, r.Err = e.Prove(ctx, proof, p.view(f.printsDocument()).Progress(r.Changes))
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
	if err := replaceFile(f.Metrics, []byte(output.Metrics(list)), 0o644); err != nil {
		return ofFile(f.Metrics, err)
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
	return refused(say.Of("Interrupted before this link was checked."), say.Text{})
}

// What --until waits for.
const (
	untilFail = "fail"
	untilPass = "pass"
)
