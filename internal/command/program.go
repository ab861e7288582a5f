package command

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/journal/lock"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/logs"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// shared is what all commands have: the streams and the persistent flags.
type shared struct {
	terminal.Streams
	level  string // of the log, empty for the default of a command
	caFile string // empty: only the system's CAs
}

func (s *shared) add(root *cobra.Command) {
	flags := root.PersistentFlags()
	option.Choose(root, flags, &s.level, "log",
		"log `level`: debug, info, warn or error; default: warn for serve, off for\n"+
			"other commands", "debug", "info", "warn", "error")
	option.FromEnv(flags, "log", "AUTHPOCKET_LOG")
	option.Choose(root, flags, &s.Colour, "color",
		"`when` the output has colours: auto, always or never; default: auto, at a terminal\n"+
			"unless $NO_COLOR is set", "auto", "always", "never")
	flags.StringVar(&s.caFile, "ca-file", "", "PEM `file` with a private CA, trusted in addition to the system's CAs")
	option.FromEnv(flags, "ca-file", "AUTHPOCKET_CA_FILE")
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

// common is what the links of one run share.
type common struct {
	clients  connect.Clients
	receipts store
	joint    *lock.Joint // nil for a run that changes nothing
}

// store opens the directory for receipts. It returns nil if there is none.
type store func() (*engine.Store, error)
