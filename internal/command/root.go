// Package command is the command line of authpocket.
package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"authpocket/internal/logs"
	"authpocket/internal/secret"
	"authpocket/internal/visible"
)

// exit is the exit code of a command that has printed what there is to say.
type exit int

// Exit codes. plan and verify have one more each, for the outcome that
// scripts ask for.
const (
	exitOK      exit = 0
	exitError   exit = 1
	exitChanges exit = 2 // plan: there are changes
	exitFailed  exit = 3 // verify: a check failed
)

func (e exit) Error() string { return "exit code " + strconv.Itoa(int(e)) }

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
	return int(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run runs the command that args name and returns the exit code.
func run(ctx context.Context, args []string, std streams) exit {
	root := newRoot(std)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if code, ok := errors.AsType[exit](err); ok {
		return code
	}
	if _, _, missing := root.Find(args); missing != nil {
		err = unknown(root, args)
	}
	visible.Fprintln(std.err, "authpocket:", err)
	visible.Fprintf(std.err, "Run %s --help.\n", cmd.CommandPath())
	return exitError
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
		return fmt.Errorf("there is no command %q; did you mean %s?", name, strings.Join(similar, " or "))
	}
	return fmt.Errorf("there is no command %q", name)
}

// Tree returns the commands, for their documentation.
func Tree() *cobra.Command { return newRoot(streams{}) }

func newRoot(std streams) *cobra.Command {
	s := &shared{streams: std}
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
		Version: buildVersion(),
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
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.Flags().AddFlagSet(serve.Flags())
	s.add(root)
	root.AddCommand(serve, newPlan(s), newApply(s), newVerify(s), newUndo(s), newRotate(s), newRemove(s),
		newReceipts(s), newExport(s), newInit(s), newImport(s), newValidate(s), newSchema(s), newVersion(s))
	addHelp(root)
	return root
}

// shared is what all commands have: the streams and the persistent flags.
type shared struct {
	streams
	level  string // of the log, empty for the default of a command
	caFile string // empty: only the system's CAs
	colour string // when there are any
}

func (s *shared) add(root *cobra.Command) {
	flags := root.PersistentFlags()
	choose(root, flags, &s.level, "log", "log `level`: debug, info, warn or error; default: warn for serve, off for\n"+
		"other commands", "debug", "info", "warn", "error")
	fromEnv(flags, "log", "AUTHPOCKET_LOG")
	choose(root, flags, &s.colour, "color", "`when` the output has colours: auto, always or never; default: auto, at a terminal\n"+
		"unless $NO_COLOR is set", "auto", "always", "never")
	flags.StringVar(&s.caFile, "ca-file", "", "PEM `file` with a private CA, trusted in addition to the system's CAs")
	fromEnv(flags, "ca-file", "AUTHPOCKET_CA_FILE")
}

// program returns what a command runs with.
func (s *shared) program() program {
	return program{streams: s.streams, log: newLog(s.err, s.level), caFile: s.caFile, colour: s.colour}
}

type program struct {
	streams
	log    *slog.Logger
	caFile string
	colour string  // when there are any
	common *common // of several links, nil for one
}

// newLog returns a log of that level, which is empty for none.
func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelError + 1 // nothing
	}
	return logs.New(w, l)
}
