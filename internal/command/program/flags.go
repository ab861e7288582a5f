package program

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// LinkFlags are the flags of all commands that read a link file and receipts, and print plans or checks.
type LinkFlags struct {
	FileFlags
	StateFlag
	allFlag
}

// Add adds the flags. all says what --all shows.
func (f *LinkFlags) Add(cmd *cobra.Command, s *Shared, all string) {
	f.FileFlags.Add(cmd)
	f.AddOnly(cmd, s)
	f.StateFlag.Add(cmd)
	f.allFlag.add(cmd, all)
}

// JSONFlag asks for JSON.
type JSONFlag struct{ JSON bool }

// Add adds the flag.
func (f *JSONFlag) Add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.JSON, "json", false, "print JSON instead of text")
}

// allFlag asks for what is usually left out.
type allFlag struct{ All bool }

func (f *allFlag) add(cmd *cobra.Command, what string) {
	cmd.Flags().BoolVar(&f.All, "all", false, what)
}

// StateFlag names the directory for receipts.
type StateFlag struct{ State string }

// Add adds the flag.
func (f *StateFlag) Add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.State, "state", "", "`directory` for receipts; default: authpocket below $XDG_STATE_HOME "+
		"or\n~/.local/state, "+
		"on macOS ~/Library/Application Support,\non Windows %LocalAppData%")
	_ = cmd.MarkFlagDirname("state")
	option.FromEnv(cmd.Flags(), "state", envState)
}

// envState names the state directory.
const envState = "AUTHPOCKET_STATE"

// Missing returns an error if the command line names a directory that does not exist. Where nothing or the environment
// names it, it is made by the first apply.
func (f *StateFlag) Missing() error {
	if f.State == "" || f.State == os.Getenv(envState) || !disk.IsFree(f.State) {
		return nil
	}
	return output.Refused(say.Of("There is no directory “%s”.", f.State),
		say.Of("Name one that has receipts with --state."))
}

// AllFields is what --all shows of a plan.
const AllFields = "also show the fields that have their defaults, and notes in full"

// SourceFlags are the flags of all commands that read a link file.
type SourceFlags struct {
	File      string // empty: link.yaml
	AllowEnv  []string
	AllowFile []string
	linkfile.Selection
	Needs []string // the keys that the command needs, nil for all
}

// Add adds the flags that every such command has.
func (f *SourceFlags) Add(cmd *cobra.Command) {
	cmd.Flags().VarP(&option.Once{Path: (*option.Path)(&f.File)}, "file", "f",
		"the link file, or - for standard input; default: "+
			linkfile.Default)
	_ = cmd.MarkFlagFilename("file", "yaml", "yml")
	cmd.Flags().Var((*option.CommaList)(&f.AllowEnv), "allow-env",
		"`name` of another environment variable that the link "+
			"file may use, in\naddition to those that begin with AUTHENTIK_ or POCKETBASE_; can be repeated")
	cmd.Flags().Var((*option.CommaList)(&f.AllowFile), "allow-file",
		"another `file` that the link file may take a secret "+
			"from, besides those whose\nnames begin with authentik or pocketbase; can be repeated")
}

// Again returns the flags that name the same link to another command.
func (f *SourceFlags) Again() string {
	var flags strings.Builder
	if f.File != "" {
		flags.WriteString(" -f " + f.File)
	}
	for _, name := range f.Only {
		flags.WriteString(" --only " + name)
	}
	if f.Shard.Parts > 0 {
		flags.WriteString(" --shard " + (*option.Shard)(&f.Shard).String())
	}
	return flags.String()
}

// FileFlags are the flags of all commands that read a link file and print text
// or JSON.
type FileFlags struct {
	SourceFlags
	JSONFlag
}

// Add adds the flags.
func (f *FileFlags) Add(cmd *cobra.Command) {
	f.SourceFlags.Add(cmd)
	f.JSONFlag.Add(cmd)
}

// AddOnly adds the flag that names one of several links.
func (f *SourceFlags) AddOnly(cmd *cobra.Command, s *Shared) {
	cmd.Flags().Var((*option.Repeated)(&f.Only), "only",
		"the `name` of a link, where the link file describes several; "+
			"can be repeated")
	_ = cmd.RegisterFlagCompletionFunc("only", s.Suggest(f.names))
}

// names suggests the names of the links.
func (f *SourceFlags) names(ctx context.Context, p *Run, _ string) []cobra.Completion {
	names, err := p.Reader(*f).Names(ctx, f.File)
	if err != nil {
		return nil
	}
	return names
}

// Reader returns the reader of the command's link file.
func (p *Run) Reader(f SourceFlags) linkfile.Reader {
	return linkfile.Reader{Lookup: os.LookupEnv, Stdin: p.In, Env: f.AllowEnv, Files: f.AllowFile, Needs: f.Needs,
		Selection: f.Selection}
}

// Suggested suggests the IDs of the chosen receipts, newest first.
func (f *StateFlag) Suggested(chosen func([]journal.Summary) []journal.Summary) Suggester {
	return func(context.Context, *Run, string) []cobra.Completion {
		store, err := disk.Earlier(f.State)()
		if store == nil || err != nil {
			return nil
		}
		list, _, err := store.Index()
		if err != nil {
			return nil
		}
		return link.Each(chosen(list), func(r journal.Summary) cobra.Completion {
			made := r.When.Local().Format(time.DateTime)
			return cobra.CompletionWithDesc(r.ID, r.Did.String()+", "+r.Slug+", "+made)
		})
	}
}
