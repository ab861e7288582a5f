package command

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

func newVerify(s *program.Shared) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify",
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
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.LinkFlags.Add(cmd, s, "also show the checks that pass")
	f.LinksFlags.Add(cmd, &f.SourceFlags)
	cmd.Flags().BoolVar(&f.Quick, "quick", false,
		"skip the check that waits up to 30 seconds for PocketBase's log")
	cmd.Flags().StringVar(&f.Person, "person", "",
		"user`name`, e-mail address or primary key of the authentik user whose "+
			"sign-in\nis predicted; default: that of --sign-in, or the owner of the token")
	f.signInFlags.add(cmd)
	f.proofFlags.add(cmd)
	cmd.Flags().BoolVar(&f.Yes, "yes", false, "with --sign-in-new, make the person without asking")
	option.Choose(cmd, cmd.Flags(), &f.Format, "format", "`format` of the result: text, json or junit; default: text",
		formatText, formatJSON, formatJUnit)
	cmd.Flags().Var((*option.Beside)(&f.Metrics), "metrics",
		"also write the result for Prometheus, to a file such as one that "+
			"the textfile\ncollector of node_exporter reads; an existing one is replaced")
	f.watchFlags.add(cmd)
	for _, name := range []string{"person", "sign-in"} {
		_ = cmd.RegisterFlagCompletionFunc(name, s.Suggest(f.Users))
	}
	return cmd
}

// run checks the running link.
func (f verifyFlags) run(ctx context.Context, p *program.Run) error {
	clash := f.clash()
	if f.Format == formatJSON {
		f.JSON = true
	} else if f.JSON {
		f.Format = formatJSON
	}
	view := p.View(f.JSON)
	view.All = f.All
	if clash != nil {
		return view.Fail(clash)
	}
	if err := p.MayAsk(f.Yes || !f.SignInNew); err != nil {
		return view.Fail(err)
	}
	files, one, err := f.files(ctx, p)
	if err != nil {
		if f.Format == formatJUnit {
			view.JUnit([]output.Verification{{
				File: linkfile.File{Name: cmp.Or(f.File, linkfile.Default)}, Began: time.Now(), Err: err}})
		}
		return view.Fail(err) // the metrics stay those of the last time, since the names of links are not known
	}
	who, err := f.credentials(ctx, p)
	if err != nil {
		return view.Fail(err)
	}
	defer who.Wipe()
	if f.Watch > 0 && one {
		view.File = files[0]
		return f.watch(ctx, p, view, who)
	}
	var done verifications
	do := func(ctx context.Context, p *program.Run, file linkfile.File) output.Summary {
		r := f.measure(ctx, p, &file, who)
		done.add(&r)
		view := p.ViewOf(&file, f.JSON, f.All)
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
		err = p.EachOf(ctx, files, p.Batch(f.FileFlags, f.LinksFlags, f.counted()), disk.Earlier(f.State), do)
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
func (f verifyFlags) files(ctx context.Context, p *program.Run) (files []linkfile.File, one bool, err error) {
	if f.SignIn == "" && !f.SignInNew && f.Watch == 0 {
		return p.Links(ctx, f.SourceFlags)
	}
	file, err := p.Reader(f.SourceFlags).One(ctx, f.File)
	if errors.Is(err, linkfile.ErrEmptyShard) {
		return nil, false, nil
	}
	return []linkfile.File{file}, true, err
}

// counted returns the title of what the table of several links counts, empty for no table.
func (f verifyFlags) counted() say.Text {
	if f.Format == formatJUnit {
		return say.Text{}
	}
	return say.Of("failed checks")
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

// clash returns an error if flags exclude each other or need another one.
func (f verifyFlags) clash() error {
	switch {
	case f.JSON && f.Format != "" && f.Format != formatJSON:
		return output.Refused(say.Of("--json and --format %s are two formats.", f.Format), say.Of("Use one of them."))
	case f.Watch != 0 && f.Watch < time.Second:
		return output.Refused(say.Of("--watch %s is too often.", f.Watch.String()), say.Of("Use 1s or more."))
	case f.Until != "" && f.Watch == 0:
		return output.Refused(say.Of("There is nothing to repeat until then."), say.Of("Add --watch DURATION."))
	case f.Watch > 0 && f.Format == formatJUnit:
		return output.Refused(say.Of("A JUnit report is of one time that the link was checked."),
			say.Of("Leave out --watch."))
	case f.Watch > 0 && f.SignInNew:
		return output.Refused(say.Of("--sign-in-new makes a person each time."), say.Of("Use --sign-in with --watch."))
	case f.Watch > 0 && f.RecoveryCodeFile != "":
		return output.Refused(say.Of("A recovery code works once."), say.Of("Use --totp-secret-file with --watch."))
	}
	return clashSignIn(f.signInFlags, f.proofFlags)
}
