package command

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/signin"
	"authpocket/internal/visible"
)

type verifyFlags struct {
	fileFlags
	stateFlag
	Quick  bool
	Person string
	signInFlags
	proofFlags
}

func newVerify(s *shared) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify -f file",
		Short: "Check whether the link works",
		Long: "Checks whether the link works. With --sign-in it also signs in as an authentik user, without a browser,\n" +
			"and with --sign-in-new as a person who is made for the test and removed after it.\n\n" +
			"Exit code 0: no check failed, 3: a check failed, 1: error.",
		Example: "  authpocket verify -f link.yaml\n" +
			"  authpocket verify -f link.yaml --quick --json --person ada\n" +
			"  authpocket verify -f link.yaml --sign-in ada --password-file ada.txt\n" +
			"  authpocket verify -f link.yaml --sign-in-new",
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.fileFlags.add(cmd)
	f.stateFlag.add(cmd)
	cmd.Flags().BoolVar(&f.Quick, "quick", false,
		"skip the check that waits up to 30 seconds for PocketBase's log")
	cmd.Flags().StringVar(&f.Person, "person", "", "user`name`, e-mail address or primary key of the authentik user whose "+
		"sign-in\nis predicted; default: that of --sign-in, or the owner of the token")
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	for _, name := range []string{"person", "sign-in"} {
		_ = cmd.RegisterFlagCompletionFunc(name, s.suggest(f.users))
	}
	return cmd
}

// run checks the running link.
func (f verifyFlags) run(ctx context.Context, p program) error {
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
	e, spec, err := p.open(moment, &view, f.fileFlags, receipts)
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
	return nil
}
