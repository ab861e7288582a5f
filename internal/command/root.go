// Package command is the command line of authpocket.
package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/logs"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/visible"
)

// Main runs the program and returns its exit code.
func Main() int {
	if err := secret.ForbidCoreDumps(); err != nil {
		visible.Fprintln(os.Stderr, "authpocket:", err)
	}
	cobra.MousetrapHelpText = "" // a double click on Windows starts the wizard
	return start()
}

// start runs the program until it ends or gets a signal. A second signal kills
// it at once.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	signal.Ignore(syscall.SIGPIPE) // an apply ends, even if nobody reads on
	languages, err := say.Load()
	if err != nil {
		visible.Fprintln(os.Stderr, "authpocket:", err)
		return int(output.ExitError)
	}
	return int(run(ctx, os.Args[1:], terminal.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Language: languages.Match(locale(os.Getenv)).Spaced()}))
}

// locale returns the language that the environment names, as POSIX has it: de-DE for de_DE.UTF-8.
func locale(env func(string) string) string {
	name := cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	if end := strings.IndexAny(name, ".@"); end >= 0 { // the encoding, or a modifier
		name = name[:end]
	}
	return strings.ReplaceAll(name, "_", "-")
}

// run runs the command that args name and returns the exit code. A result that cannot be written is an error, unless
// whoever reads it has read enough.
func run(ctx context.Context, args []string, std terminal.Streams) output.Exit {
	std.Out = terminal.NewResults(std.Out)
	code := execute(ctx, args, std)
	if err := std.Lost(); err != nil && !terminal.Closed(err) {
		std.Tell(say.Of("authpocket: the result could not be written to standard output: %s", err.Error()))
		return output.ExitError
	}
	return code
}

// execute runs the command that args name and returns the exit code.
func execute(ctx context.Context, args []string, std terminal.Streams) output.Exit {
	root := newRoot(std, len(args) > 0 && args[0] != "serve")
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if lost := std.Lost(); err == nil || lost != nil && errors.Is(err, lost) { // of cobra's own commands
		return output.ExitOK
	}
	if code, ok := errors.AsType[output.Exit](err); ok {
		return code
	}
	if _, _, missing := root.Find(args); missing != nil {
		err = unknown(root, args)
	}
	std.Tell(say.Join(say.Raw("authpocket:"), output.Messages(err)[0].What()))
	std.Tell(say.Of("Run %s --help.", cmd.CommandPath()))
	return output.ExitError
}

// unknown returns the error for a command that does not exist. It names those
// with a similar name.
func unknown(root *cobra.Command, args []string) error {
	root.InitDefaultHelpFlag()
	root.FParseErrWhitelist.UnknownFlags = true // those of the command that was meant
	if err := root.ParseFlags(args); err != nil {
		return err
	}
	name := root.Flags().Arg(0)
	if similar := root.SuggestionsFor(name); len(similar) > 0 {
		return refused(say.Of("there is no command %q; did you mean %s?", name, say.Or(link.Each(similar, say.Raw)...)),
			say.Text{})
	}
	return refused(say.Of("there is no command %q", name), say.Text{})
}

// Tree returns the commands, for their documentation.
func Tree() *cobra.Command { return newRoot(terminal.Streams{}, true) }

// newRoot returns the program's command, with all others or with serve alone: a wizard that runs for weeks need not
// keep their flags in memory.
func newRoot(std terminal.Streams, others bool) *cobra.Command {
	s := &shared{Streams: std}
	serve := newServe(s)
	root := &cobra.Command{
		Use:   "authpocket",
		Short: "Connects an authentik to a PocketBase, so that users sign in to the app with authentik.",
		Long: "Connects an authentik to a PocketBase, so that users sign in to the app with authentik.\n\n" +
			"Without a command, authpocket starts the web wizard. The other commands need no browser: they read a\n" +
			"link file, which docs/link-file.md describes.",
		Example: "  authpocket\n" +
			"  authpocket plan -f link.yaml\n" +
			"  authpocket apply -f link.yaml\n" +
			"  authpocket verify -f link.yaml",
		Version: builtAs().Text().String(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := serve.Args(cmd, args); err != nil { // after --, where cobra looks for no command
				return err
			}
			return serve.RunE(cmd, args)
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return cmp.Or(readEnv(cmd.Flags()), givenOnce(cmd.Flags()))
		},
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	root.Flags().AddFlagSet(serve.Flags())
	s.add(root)
	root.AddCommand(serve)
	root.CompletionOptions.DisableDefaultCmd = !others
	if others {
		root.AddCommand(newPlan(s), newApply(s), newVerify(s), newUndo(s), newRotate(s), newRemove(s),
			newCheckPeople(s), newReceipts(s), newExport(s), newInit(s), newImport(s), newValidate(s), newSchema(s),
			newHealthcheck(s), newVersion(s))
	}
	addHelp(root)
	fitHelp(root, std)
	return root
}

// shared is what all commands have: the streams and the persistent flags.
type shared struct {
	terminal.Streams
	level  string // of the log, empty for the default of a command
	caFile string // empty: only the system's CAs
}

func (s *shared) add(root *cobra.Command) {
	flags := root.PersistentFlags()
	choose(root, flags, &s.level, "log", "log `level`: debug, info, warn or error; default: warn for serve, off for\n"+
		"other commands", "debug", "info", "warn", "error")
	fromEnv(flags, "log", "AUTHPOCKET_LOG")
	choose(root, flags, &s.Colour, "color", "`when` the output has colours: auto, always or never; default: auto, at a terminal\n"+
		"unless $NO_COLOR is set", "auto", "always", "never")
	flags.StringVar(&s.caFile, "ca-file", "", "PEM `file` with a private CA, trusted in addition to the system's CAs")
	fromEnv(flags, "ca-file", "AUTHPOCKET_CA_FILE")
}

// program returns what a command runs with.
func (s *shared) program() program {
	return program{Streams: s.Streams, log: newLog(s.Err, s.level), caFile: s.caFile}
}

type program struct {
	terminal.Streams
	log    *slog.Logger
	caFile string
	common *common     // of several links, nil for one
	ahead  *link.Query // what is read while connecting, nil for nothing
	held   func()      // releases the lock of the two systems, nil if it is not held
}

// view returns what prints the outcome of the command.
func (p program) view(asJSON bool) *output.View {
	v := output.New(p.Streams, asJSON)
	v.Several = p.common != nil
	return v
}

// viewOf returns what prints the outcome of a link, with places in its file.
func (p program) viewOf(file *linkfile.File, asJSON, all bool) *output.View {
	v := p.view(asJSON)
	v.File, v.All = *file, all
	return v
}

// refused returns an error that has no technical cause.
func refused(summary, todo say.Text) error { return &report.Fault{Summary: summary, Todo: todo} }

// failed returns an error for what was being done and its cause, which the operating system or a library words.
func failed(doing say.Text, err error) error {
	return &report.Fault{Summary: say.Of("%s: %s", doing, err.Error()), Err: err}
}

// newLog returns a log of that level, which is empty for none.
func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelError + 1 // nothing
	}
	return logs.New(w, l)
}
