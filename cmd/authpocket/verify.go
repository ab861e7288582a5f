package main

import (
	"context"

	"authpocket/internal/visible"
)

type verifyFlags struct {
	fileFlags
	stateFlag
	Quick  bool `help:"Skip the check that waits up to 30 seconds for PocketBase's log."`
	Person int  `help:"${help_person}" placeholder:"PK"`
}

// run checks the running link.
func (f verifyFlags) run(ctx context.Context, p program) int {
	view := p.view(f.JSON)
	e, spec, err := p.open(ctx, f.fileFlags, earlier(f.State))
	if err != nil {
		return view.fail(err)
	}
	view.interrupted(e)
	desired, err := e.Desire(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	if desired.Provider.PK == 0 {
		visible.Fprintln(p.err, "There is no link yet, so most checks will fail. Create it with authpocket apply.")
	}
	checks := e.Verify(ctx, desired, f.Person)
	if !f.Quick {
		checks = append(checks, e.VerifySlow(ctx, desired, nil)...)
	}
	view.checks(checks)
	if checks.Failed() {
		return exitFailed
	}
	return exitOK
}
