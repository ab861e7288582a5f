// Command authpocket connects an authentik to a PocketBase: as a web wizard,
// or from a file without a browser.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"authpocket/internal/logs"
	"authpocket/internal/secret"
	"authpocket/internal/visible"
)

// version is stamped by the build.
var version = ""

// Exit codes. plan and verify have one more each, for the outcome that
// scripts ask for.
const (
	exitOK      = 0
	exitError   = 1
	exitChanges = 2 // plan: there are changes
	exitFailed  = 3 // verify: a check failed
)

// flags is the whole command line.
type flags struct {
	Log     string           `help:"${help_log}" enum:"debug,info,warn,error," default:"" env:"AUTHPOCKET_LOG"`
	CAFile  string           `name:"ca-file" help:"${help_ca_file}" env:"AUTHPOCKET_CA_FILE" placeholder:"FILE"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve  serveFlags     `cmd:"" default:"withargs" help:"Start the web wizard (the default)."`
	Plan   planFlags      `cmd:"" help:"${help_plan}"`
	Apply  applyLinkFlags `cmd:"" help:"Create or update the link. Exit code 0: done, 1: error."`
	Verify verifyFlags    `cmd:"" help:"${help_verify}"`

	Undo     undoFlags     `cmd:"" help:"Undo an earlier apply or removal, from its receipt."`
	Rotate   rotateFlags   `cmd:"" help:"Renew the client secret in both systems."`
	Remove   removeFlags   `cmd:"" help:"Remove the link from both systems. Accounts stay."`
	Receipts receiptsFlags `cmd:"" help:"List the receipts."`
	Export   exportFlags   `cmd:"" help:"${help_export}"`

	Init     initFlags     `cmd:"" help:"Write a link file."`
	Import   importFlags   `cmd:"" help:"Write the link file of a link that exists."`
	Validate validateFlags `cmd:"" help:"${help_validate}"`
	Schema   schemaFlags   `cmd:"" help:"Print the JSON Schema of link files."`
}

// sourceFlags are the flags of all commands that read a link file.
type sourceFlags struct {
	File      string   `short:"f" help:"${help_file}" placeholder:"FILE"`
	AllowEnv  []string `name:"allow-env" help:"${help_allow_env}" placeholder:"NAME"`
	AllowFile []string `name:"allow-file" help:"${help_allow_file}" placeholder:"FILE"`
	needs     []string // the keys that the command needs, nil for all
}

// fileFlags are the flags of all commands that read a link file and print text
// or JSON.
type fileFlags struct {
	sourceFlags
	JSON bool `name:"json" help:"Print JSON instead of text."`
}

func main() {
	if err := secret.ForbidCoreDumps(); err != nil {
		visible.Fprintln(os.Stderr, "authpocket:", err)
	}
	os.Exit(start())
}

// start runs the program until it ends or gets a signal. A second signal kills
// it at once.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
}

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run parses args, runs the command and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	var cli flags
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("authpocket"),
		kong.Description("Connects an authentik to a PocketBase, so that users sign in to the app with authentik."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exited = code }),
		helpTexts(),
		kong.UsageOnError(),
	)
	if err != nil {
		visible.Fprintln(std.err, "authpocket: building the command line:", err)
		return exitError
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help and --version were answered
		return exited
	}
	if err != nil {
		visible.Fprintln(std.err, "authpocket:", err)
		visible.Fprintln(std.err, "Run authpocket --help for the commands and flags.")
		return exitError
	}
	_, serves := commandOf(parsed.Selected()).(serveFlags)
	p := program{streams: std, log: newLog(std.err, cli.Log, serves), caFile: cli.CAFile}
	return p.dispatch(ctx, parsed)
}

// command runs one command of the program and returns the exit code.
type command interface {
	run(context.Context, program) int
}

// commandOf returns the command of a node of the command line, or nil.
func commandOf(node *kong.Node) command {
	if node == nil {
		return nil
	}
	chosen, _ := node.Target.Interface().(command)
	return chosen
}

// dispatch runs the selected command.
func (p program) dispatch(ctx context.Context, parsed *kong.Context) int {
	chosen := commandOf(parsed.Selected())
	if chosen == nil {
		visible.Fprintf(p.err, "authpocket: the command %q is not implemented.\n", parsed.Command())
		return exitError
	}
	return chosen.run(ctx, p)
}

type program struct {
	streams
	log    *slog.Logger
	caFile string // empty: only the system's CAs
}

func newLog(w io.Writer, level string, serves bool) *slog.Logger {
	var l slog.Level
	switch err := l.UnmarshalText([]byte(level)); {
	case level == "" && !serves:
		l = slog.LevelError + 1 // nothing
	case err != nil:
		l = slog.LevelWarn
	}
	return logs.New(w, l)
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
