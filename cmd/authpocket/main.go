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
	exitChanges = 2 // plan: there are changes to make
	exitFailed  = 3 // verify: a check failed
)

// flags are the whole command line.
type flags struct {
	Log     string           `help:"How much to log: debug, info, warn or error. Default: warn for serve, nothing for commands, which say themselves what went wrong." enum:"debug,info,warn,error," default:"" env:"AUTHPOCKET_LOG"`
	CAFile  string           `name:"ca-file" help:"PEM file with a private CA, trusted beside the system's for both systems." env:"AUTHPOCKET_CA_FILE" placeholder:"FILE"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Serve  serveFlags  `cmd:"" default:"withargs" help:"Start the web wizard (the default)."`
	Plan   planFlags   `cmd:"" help:"Show what would be changed, and change nothing. Exit code 0: nothing to change, 2: changes, 1: error."`
	Apply  makeFlags   `cmd:"" help:"Make the changes. Exit code 0: done, 1: not."`
	Verify verifyFlags `cmd:"" help:"Measure whether the link works. Exit code 0: good, 3: a check failed, 1: error."`

	Undo     undoFlags     `cmd:"" help:"Take back what an earlier apply did, from its receipt."`
	Rotate   rotateFlags   `cmd:"" help:"Give both sides a new client secret."`
	Remove   removeFlags   `cmd:"" help:"Take the link apart on both sides. Accounts stay."`
	Receipts receiptsFlags `cmd:"" help:"List what was done before."`
	Export   exportFlags   `cmd:"" help:"Print what apply would do as a blueprint, Terraform, a PocketBase migration, a shell script or Markdown. No secret is in it."`
}

// sourceFlags say what every command that works from a link file reads.
type sourceFlags struct {
	File     string   `short:"f" required:"" help:"The link file." placeholder:"link.yaml" type:"path"`
	AllowEnv []string `name:"allow-env" help:"A variable that the link file may take from the environment beside AUTHENTIK_* and POCKETBASE_*. Repeat it for more." placeholder:"NAME"`
}

// fileFlags are those of every command that works from a link file and prints
// text or JSON.
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

// start runs the program until it ends or is told to. A second signal ends it
// at once, whatever it is doing.
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

// run is the whole program: it reads args and returns the exit code.
func run(ctx context.Context, args []string, std streams) int {
	var cli flags
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("authpocket"),
		kong.Description("Connects an authentik to a PocketBase, so that people sign in to the PocketBase app with authentik."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exited = code }),
		kong.Vars{"version": buildVersion()},
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
		visible.Fprintln(std.err, "authpocket --help lists the commands and flags.")
		return exitError
	}
	_, serves := commandOf(parsed.Selected()).(serveFlags)
	p := program{streams: std, log: newLog(std.err, cli.Log, serves), caFile: cli.CAFile}
	return p.dispatch(ctx, parsed)
}

// dispatch runs the command that was chosen, and nothing where it is unknown.
func (p program) dispatch(ctx context.Context, parsed *kong.Context) int {
	chosen := commandOf(parsed.Selected())
	if chosen == nil {
		visible.Fprintf(p.err, "authpocket: the command %q does nothing.\n", parsed.Command())
		return exitError
	}
	return chosen.run(ctx, p)
}

type program struct {
	streams
	log    *slog.Logger
	caFile string // empty: the system's CAs alone
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
