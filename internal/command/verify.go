package command

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
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
	linksFlags
	Format  string // how the result is printed
	Metrics string // the file for Prometheus, empty for none
	watchFlags
}

// The formats of results.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatJUnit = "junit"
)

func newVerify(s *shared) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify -f file",
		Short: "Check whether the link works",
		Long: "Checks whether the link works. With --sign-in it also signs in as an authentik user, without a browser,\n" +
			"and with --sign-in-new as a person who is made for the test and removed after it.\n\n" +
			"With --watch it repeats this, and prints the checks and headlines that change. The first time it prints\n" +
			"what does not pass. A server that cannot be reached is reported, and does not end the command.\n\n" +
			"Exit code 0: no check failed, 3: a check failed or there is no link, 1: error. With --watch it is that of\n" +
			"the last time that the link was checked.",
		Example: "  authpocket verify -f link.yaml\n" +
			"  authpocket verify -f link.yaml --quick --json --person ada\n" +
			"  authpocket verify -f link.yaml --sign-in ada --password-file ada.txt\n" +
			"  authpocket verify -f link.yaml --sign-in-new\n" +
			"  authpocket verify -f link.yaml --format junit > authpocket.xml\n" +
			"  authpocket verify -f link.yaml --watch 5m --metrics /var/lib/node_exporter/authpocket.prom",
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}
	f.fileFlags.add(cmd)
	f.addOnly(cmd, s)
	f.linksFlags.add(cmd, &f.sourceFlags)
	f.stateFlag.add(cmd)
	cmd.Flags().BoolVar(&f.Quick, "quick", false,
		"skip the check that waits up to 30 seconds for PocketBase's log")
	cmd.Flags().StringVar(&f.Person, "person", "", "user`name`, e-mail address or primary key of the authentik user whose "+
		"sign-in\nis predicted; default: that of --sign-in, or the owner of the token")
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	choose(cmd, cmd.Flags(), &f.Format, "format", "`format` of the result: text, json or junit; default: text",
		formatText, formatJSON, formatJUnit)
	cmd.Flags().Var((*path)(&f.Metrics), "metrics", "also write the result for Prometheus, to a file such as one that "+
		"the textfile\ncollector of node_exporter reads; an existing one is replaced")
	f.watchFlags.add(cmd)
	for _, name := range []string{"person", "sign-in"} {
		_ = cmd.RegisterFlagCompletionFunc(name, s.suggest(f.users))
	}
	return cmd
}

// run checks the running link.
func (f verifyFlags) run(ctx context.Context, p program) error {
	clash := f.clash()
	if f.Format == formatJSON {
		f.JSON = true
	} else if f.JSON {
		f.Format = formatJSON
	}
	view := p.view(f.JSON)
	if clash != nil {
		return view.fail(clash)
	}
	if err := p.canAsk(f.Yes || !f.SignInNew); err != nil {
		return view.fail(err)
	}
	who, err := p.credentials(ctx, f.signInFlags)
	if err != nil {
		return view.fail(err)
	}
	defer who.Wipe()
	if f.SignIn != "" || f.SignInNew || f.Watch > 0 { // one link's
		if view.file, err = p.reader(f.sourceFlags).One(ctx, f.File); err != nil {
			return view.fail(err)
		}
	}
	if f.Watch > 0 {
		return f.watch(ctx, p, view, who)
	}
	var done verifications
	do := func(ctx context.Context, p program, file linkfile.File) summary {
		r := f.measure(ctx, p, file, who)
		done.add(r)
		if f.Format != formatJUnit {
			view := p.view(f.JSON)
			view.file = file
			view.verified(r)
		}
		return r.summary()
	}
	if view.file.Path != "" {
		err = do(ctx, p, view.file).exit()
	} else {
		err = p.each(ctx, f.fileFlags, f.linksFlags, earlier(f.State), f.counted(), do)
	}
	if f.Format == formatJUnit {
		view.junit(done.list)
	}
	if err := f.writeMetrics(done.list); err != nil {
		view.errors(err)
		return exitError
	}
	return err
}

// counted returns the title of what the table of several links counts, empty for no table.
func (f verifyFlags) counted() string {
	if f.Format == formatJUnit {
		return ""
	}
	return "failed checks"
}

// verification is one measurement of a link.
type verification struct {
	File    linkfile.File
	Began   time.Time
	Took    time.Duration
	Checks  link.Checks
	SignIn  *signin.Verdict // nil if no test sign-in reached an outcome
	Changes outcomes        // of a proof
	Err     error           // why there are no checks, or what a proof left
}

// seen returns the sign-in that was seen to work, if any.
func (r verification) seen() link.SignedIn {
	if r.SignIn == nil || !r.SignIn.Works || r.SignIn.Record == nil {
		return link.SignedIn{}
	}
	return link.SignedIn{Name: cmp.Or(r.SignIn.Record.Email, r.SignIn.Record.ID), At: r.Began.Add(r.Took)}
}

// name returns the name of the link: the one in its file, or the slug of its
// application.
func (r verification) name() string {
	spec, _ := r.File.Spec()
	return cmp.Or(r.File.Name, spec.Query().Slug)
}

// exit returns the exit code of the command, nil for 0.
func (r verification) exit() error {
	switch {
	case r.Err != nil:
		return exitError
	case r.Checks.Failed():
		return exitFailed
	}
	return nil
}

// measure connects to both systems of a link file and checks the link once.
func (f verifyFlags) measure(ctx context.Context, p program, file linkfile.File,
	who signin.Credentials) (r verification) {
	r = verification{File: file, Began: time.Now()}
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		r.Took = time.Since(r.Began)
	}()
	receipts := earlier(f.State)
	if f.SignIn != "" || f.SignInNew { // both are noted there
		receipts = kept(f.State)
	}
	moment := engine.OneMoment(ctx)
	e, spec, err := p.reach(moment, file, receipts)
	if err != nil {
		r.Err = err
		return r
	}
	p.view(false).interrupted(e)
	desired, err := e.Desire(moment, spec)
	if err != nil {
		r.Err = err
		return r
	}
	if missing, none := engine.NoLink(desired); none {
		r.Checks = link.Checks{missing}
		return r
	}
	proof, err := p.planProof(ctx, e, spec, f)
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
	r.Checks = e.Verify(moment, desired, person)
	if !f.Quick {
		p.waiting()
		r.Checks = append(r.Checks, e.VerifySlow(ctx, desired, nil)...)
	}
	f.signIn(ctx, p, e, desired, who, proof, &r)
	return r
}

// waiting says at a terminal what the rest of the checks wait for.
func (p program) waiting() {
	if isTerminal(p.err) {
		visible.Fprintln(p.err, "Waiting for PocketBase's log to show whether PocketBase reaches authentik. "+
			"It takes 4 to 30 seconds.")
	}
}

// signIn adds the test sign-in that the flags ask for.
func (f verifyFlags) signIn(ctx context.Context, p program, e *engine.Engine, d link.Desired, who signin.Credentials,
	proof link.Plan, r *verification) {
	var check link.Check
	switch {
	case f.SignIn != "":
		check, r.SignIn = e.SignInAs(ctx, d, who)
	case f.SignInNew:
		r.Changes = newOutcomes(proof)
		check, r.SignIn, r.Err = e.Prove(ctx, proof, p.view(f.printsDocument()).progress(r.Changes))
	}
	if check.ID != "" {
		r.Checks = append(r.Checks, check)
	}
}
