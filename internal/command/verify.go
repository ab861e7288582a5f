package command

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

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
		Long: "Checks whether the link works. With --sign-in it also signs in as an authentik user, without a " +
			"browser,\n" +
			"and with --sign-in-new as a person who is made for the test and removed after it.\n\n" +
			"With --watch it repeats this, and prints the checks and headlines that change. The first time it " +
			"prints\n" +
			"what does not pass. A server that cannot be reached is reported, and does not end the command.\n\n" +
			"Exit code 0: no check failed, 3: a check failed or there is no link, 1: error. With --watch it is that " +
			"of\n" +
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
	f.linkFlags.add(cmd, s, "also show the checks that pass")
	f.linksFlags.add(cmd, &f.sourceFlags)
	cmd.Flags().BoolVar(&f.Quick, "quick", false,
		"skip the check that waits up to 30 seconds for PocketBase's log")
	cmd.Flags().StringVar(&f.Person, "person", "",
		"user`name`, e-mail address or primary key of the authentik user whose "+
			"sign-in\nis predicted; default: that of --sign-in, or the owner of the token")
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	cmd.Flags().BoolVar(&f.Yes, "yes", false, "make that person without asking")
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
	view.All = f.All
	if clash != nil {
		return view.Fail(clash)
	}
	if err := p.canAsk(f.Yes || !f.SignInNew); err != nil {
		return view.Fail(err)
	}
	who, err := p.credentials(ctx, f.signInFlags)
	if err != nil {
		return view.Fail(err)
	}
	defer who.Wipe()
	files, one, err := f.files(ctx, p)
	if err != nil {
		if f.Format == formatJUnit {
			view.JUnit([]output.Verification{{File: linkfile.File{Name: cmp.Or(f.File, linkfile.Default)}, Err: err}})
		}
		return view.Fail(err) // the metrics stay those of the last time, since the names of links are not known
	}
	if f.Watch > 0 {
		view.File = files[0]
		return f.watch(ctx, p, view, who)
	}
	var done verifications
	do := func(ctx context.Context, p program, file linkfile.File) output.Summary {
		r := f.measure(ctx, p, &file, who)
		done.add(&r)
		view := p.viewOf(&file, f.JSON, f.All)
		if f.Format == formatJUnit { // the report is of all links
			view.Errors(r.Err)
		} else {
			view.Verified(&r)
		}
		return r.Summary()
	}
	if one {
		err = do(ctx, p, files[0]).Exit()
	} else {
		err = p.eachOf(ctx, files, p.batch(f.fileFlags, f.linksFlags, f.counted()), earlier(f.State), do)
	}
	if f.Format == formatJUnit {
		done.fill(files)
		view.JUnit(done.list)
	}
	if ctx.Err() != nil { // the metrics stay those of the last time that all links were checked
		return err
	}
	if err := f.writeMetrics(done.list); err != nil {
		view.Errors(err)
		return output.ExitError
	}
	return err
}

// files reads the links to check. one reports whether it is one, as if its file described no other.
func (f verifyFlags) files(ctx context.Context, p program) (files []linkfile.File, one bool, err error) {
	if f.SignIn == "" && !f.SignInNew && f.Watch == 0 {
		return p.links(ctx, f.sourceFlags)
	}
	file, err := p.reader(f.sourceFlags).One(ctx, f.File)
	return []linkfile.File{file}, true, err
}

// counted returns the title of what the table of several links counts, empty for no table.
func (f verifyFlags) counted() say.Text {
	if f.Format == formatJUnit {
		return say.Text{}
	}
	return say.Of("failed checks")
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
		return failed(say.Of("writing the metrics"), err)
	}
	return nil
}

// verifications are those of several links, in the order of their names.
type verifications struct {
	mu   sync.Mutex
	list []output.Verification
}

func (v *verifications) add(r *output.Verification) {
	v.mu.Lock()
	defer v.mu.Unlock()
	at, _ := slices.BinarySearchFunc(v.list, *r, func(a, b output.Verification) int {
		return strings.Compare(a.Name(), b.Name())
	})
	v.list = slices.Insert(v.list, at, *r)
}

func notStarted() error {
	return refused(say.Of("Interrupted before this link was checked."), say.Text{})
}

// fill adds the links that were not started, which a report must not leave out.
func (v *verifications) fill(files []linkfile.File) {
	if len(v.list) == len(files) {
		return
	}
	for _, file := range files {
		file.Name = file.Label()
		if !slices.ContainsFunc(v.list, func(r output.Verification) bool { return r.Name() == file.Name }) {
			v.add(&output.Verification{File: file, Began: time.Now(),
				Err: notStarted()})
		}
	}
}
