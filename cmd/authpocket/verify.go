package main

import (
	"cmp"
	"context"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/internal/visible"
)

type verifyFlags struct {
	fileFlags
	stateFlag
	Quick  bool   `help:"Skip the check that waits up to 30 seconds for PocketBase's log."`
	Person string `help:"${help_person}" placeholder:"NAME"`
	signInFlags
	proofFlags
}

// run checks the running link.
func (f verifyFlags) run(ctx context.Context, p program) int {
	view := p.view(f.JSON)
	if err := f.clash(); err != nil {
		return view.fail(err)
	}
	who, err := p.credentials(ctx, f.signInFlags)
	if err != nil {
		return view.fail(err)
	}
	defer who.Wipe()
	receipts := earlier(f.State)
	if f.SignIn != "" || f.SignInNew { // both are noted there
		receipts = kept(f.State)
	}
	moment := engine.OneMoment(ctx)
	e, spec, err := p.open(moment, f.fileFlags, receipts)
	if err != nil {
		return view.fail(err)
	}
	view.interrupted(e)
	desired, err := e.Desire(moment, spec)
	if err != nil {
		return view.fail(err)
	}
	if desired.Provider.PK == 0 {
		visible.Fprintln(p.err, "There is no link yet, so most checks will fail. Create it with authpocket apply.")
	}
	proof, err := p.planProof(ctx, e, spec, f)
	if err != nil {
		return view.fail(err)
	}
	defer proof.Generated.Person.Password.Wipe()
	person := 0 // the token's own account
	if named := cmp.Or(f.Person, f.SignIn); named != "" {
		// A token that may not read users can still test a sign-in.
		if person, err = e.FindUser(ctx, named); err != nil && f.Person != "" {
			return view.fail(err)
		}
	}
	checks := e.Verify(moment, desired, person)
	if !f.Quick {
		if isTerminal(p.err) {
			visible.Fprintln(p.err, "Waiting for PocketBase's log to show whether PocketBase reaches authentik. "+
				"It takes 4 to 30 seconds.")
		}
		checks = append(checks, e.VerifySlow(ctx, desired, nil)...)
	}
	var signedIn *signin.Verdict
	if f.SignIn != "" {
		var check link.Check
		check, signedIn = e.SignInAs(ctx, desired, who)
		checks = append(checks, check)
	}
	outcomes := newOutcomes(proof)
	if f.SignInNew {
		var check link.Check
		check, signedIn, err = e.Prove(ctx, proof, view.progress(outcomes))
		if check.ID != "" {
			checks = append(checks, check)
		}
	}
	view.verified(checks, signedIn, outcomes, err)
	if err != nil {
		return exitError
	}
	if checks.Failed() {
		return exitFailed
	}
	return exitOK
}
