package main

import "context"

type verifyFlags struct {
	fileFlags
	Person int `help:"Primary key of the authentik user whose sign-in is predicted. Default: the token's own." placeholder:"PK"`
}

// verify measures the running link.
func (p program) verify(ctx context.Context, f verifyFlags) int {
	view := p.view(f.JSON)
	e, spec, err := p.open(ctx, f.fileFlags)
	if err != nil {
		return view.fail(err)
	}
	desired, err := e.Desire(ctx, spec)
	if err != nil {
		return view.fail(err)
	}
	checks := e.Verify(ctx, desired, f.Person)
	view.checks(checks)
	if checks.Failed() {
		return exitFailed
	}
	return exitOK
}
