// Package command is the command line of authpocket.
package command

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/command/terminal"
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
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		program.CompleteFiles(root)
	}
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
	if asksJSON(cmd, args) {
		output.New(std, true).Failure(err)
	}
	std.Tell(say.Join(say.Raw("authpocket:"), output.Messages(err)[0].What()))
	std.Tell(say.Of("Run %s --help.", cmd.CommandPath()))
	return output.ExitError
}

// asksJSON reports whether args ask cmd for JSON, also after a flag at which their parsing ended.
func asksJSON(cmd *cobra.Command, args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	json, format := cmd.Flags().Lookup("json"), cmd.Flags().Lookup("format")
	return json != nil && (json.Value.String() == "true" || slices.Contains(args, "--json")) ||
		format != nil && format.Value.String() == formatJSON
}

// Tree returns the commands, for their documentation.
func Tree() *cobra.Command { return newRoot(terminal.Streams{}, true) }

// newRoot returns the program's command, with all others or with serve alone: a wizard that runs for weeks need not
// keep their flags in memory.
func newRoot(std terminal.Streams, others bool) *cobra.Command {
	s := program.NewShared(std, releaseVersion())
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
			return cmp.Or(option.ReadEnv(cmd.Flags()), option.Given(cmd.Flags()))
		},
		SuggestionsMinimumDistance: 2,
	}
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	root.SetFlagErrorFunc(option.Wrong)
	root.Flags().AddFlagSet(serve.Flags())
	s.Add(root)
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
