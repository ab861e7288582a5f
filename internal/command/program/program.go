// Package program has what subcommands share: the flags that name links, the links that they name, and the connections
// to their systems.
package program

import (
	"context"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/connect"
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/logs"
	"authpocket/internal/say"
)

// Shared is what all commands have: the streams and the persistent flags.
type Shared struct {
	terminal.Streams
	version string // of authpocket
	Level   string // of the log, empty for the default of a command
	caFile  string // empty: only the system's CAs
}

// NewShared returns what all commands of this version of authpocket have.
func NewShared(std terminal.Streams, version string) *Shared {
	return &Shared{Streams: std, version: version}
}

// Add adds the persistent flags.
func (s *Shared) Add(root *cobra.Command) {
	flags := root.PersistentFlags()
	option.Choose(root, flags, &s.Level, "log",
		"log `level`: debug, info, warn or error; default: warn for serve, off for\n"+
			"other commands", "debug", "info", "warn", "error")
	option.FromEnv(flags, "log", "AUTHPOCKET_LOG")
	option.Choose(root, flags, &s.Colour, "color",
		"`when` the output has colours: auto, always or never; default: auto, at a terminal\n"+
			"unless $NO_COLOR is set", "auto", "always", "never")
	flags.StringVar(&s.caFile, "ca-file", "", "PEM `file` with a private CA, trusted in addition to the system's CAs")
	option.FromEnv(flags, "ca-file", "AUTHPOCKET_CA_FILE")
}

// Run returns what a command runs with.
func (s *Shared) Run() *Run {
	return &Run{Streams: s.Streams, version: s.version, Log: newLog(s.Err, s.Level), caFile: s.caFile}
}

// Run is what a command runs with.
type Run struct {
	terminal.Streams
	Log     *slog.Logger
	version string      // of authpocket
	caFile  string      // empty: only the system's CAs
	common  *common     // of several links, nil for one
	ahead   *link.Query // what is read while connecting, nil for nothing
	held    func()      // releases the lock of the two systems, nil if it is not held
}

// View returns what prints the outcome of the command.
func (p *Run) View(asJSON bool) *output.View {
	v := output.New(p.Streams, asJSON)
	v.Several = p.common != nil
	return v
}

// ViewOf returns what prints the outcome of a link, with places in its file.
func (p *Run) ViewOf(file *linkfile.File, asJSON, all bool) *output.View {
	v := p.View(asJSON)
	v.File, v.All = *file, all
	return v
}

// MayAsk returns an error if there is nobody to ask and --yes does not answer.
func (p *Run) MayAsk(yes bool) error {
	if yes || p.CanAsk() {
		return nil
	}
	return output.Refused(say.Of("There is no terminal to ask at, so nothing was read or changed."),
		say.Of("Use --yes."))
}

// Confirmed asks whether to apply a plan and reports whether the answer is yes.
func (p *Run) Confirmed(ctx context.Context, plan *link.Plan) bool {
	return p.Asker().Yes(ctx, say.Count(len(plan.Changes), "Apply %d change?", "Apply %d changes?"))
}

// newLog returns a log of that level, which is empty for none.
func newLog(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelError + 1 // nothing
	}
	return logs.New(w, l)
}

// common is what the links of one run share.
type common struct {
	clients  connect.Clients
	receipts disk.Store
	joint    *lock.Joint // nil for a run that changes nothing
}
