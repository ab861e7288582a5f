package command

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/disk"
	"authpocket/internal/command/option"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// linkFlags are the flags of all commands that read a link file and receipts, and print plans or checks.
type linkFlags struct {
	fileFlags
	stateFlag
	allFlag
}

// add adds the flags. all says what --all shows.
func (f *linkFlags) add(cmd *cobra.Command, s *shared, all string) {
	f.fileFlags.add(cmd)
	f.addOnly(cmd, s)
	f.stateFlag.add(cmd)
	f.allFlag.add(cmd, all)
}

type jsonFlag struct{ JSON bool }

func (f *jsonFlag) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.JSON, "json", false, "print JSON instead of text")
}

// allFlag asks for what is usually left out.
type allFlag struct{ All bool }

func (f *allFlag) add(cmd *cobra.Command, what string) {
	cmd.Flags().BoolVar(&f.All, "all", false, what)
}

// stateFlag names the directory for receipts.
type stateFlag struct{ State string }

func (f *stateFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.State, "state", "", "`directory` for receipts; default: authpocket below $XDG_STATE_HOME "+
		"or\n~/.local/state, "+
		"on macOS ~/Library/Application Support,\non Windows %LocalAppData%")
	_ = cmd.MarkFlagDirname("state")
	option.FromEnv(cmd.Flags(), "state", "AUTHPOCKET_STATE")
}

const allFields = "also show the fields that have their defaults, and notes in full"

// sourceFlags are the flags of all commands that read a link file.
type sourceFlags struct {
	File      string // empty: link.yaml
	AllowEnv  []string
	AllowFile []string
	linkfile.Selection
	needs []string // the keys that the command needs, nil for all
}

func (f *sourceFlags) add(cmd *cobra.Command) {
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

// again returns the flags that name the same link to another command.
func (f *sourceFlags) again() string {
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

// fileFlags are the flags of all commands that read a link file and print text
// or JSON.
type fileFlags struct {
	sourceFlags
	jsonFlag
}

func (f *fileFlags) add(cmd *cobra.Command) {
	f.sourceFlags.add(cmd)
	f.jsonFlag.add(cmd)
}

// addOnly adds the flag that names one of several links.
func (f *sourceFlags) addOnly(cmd *cobra.Command, s *shared) {
	cmd.Flags().Var((*option.Repeated)(&f.Only), "only",
		"the `name` of a link, where the link file describes several; "+
			"can be repeated")
	_ = cmd.RegisterFlagCompletionFunc("only", s.suggest(f.names))
}

// names suggests the names of the links.
func (f *sourceFlags) names(ctx context.Context, p *program, _ string) []cobra.Completion {
	names, err := p.reader(*f).Names(ctx, f.File)
	if err != nil {
		return nil
	}
	return names
}

// reader returns the reader of the command's link file.
func (p *program) reader(f sourceFlags) linkfile.Reader {
	return linkfile.Reader{Lookup: os.LookupEnv, Stdin: p.In, Env: f.AllowEnv, Files: f.AllowFile, Needs: f.needs,
		Selection: f.Selection}
}

// suggested suggests the IDs of the chosen receipts, newest first.
func (f *stateFlag) suggested(chosen func([]journal.Summary) []journal.Summary) suggester {
	return func(context.Context, *program, string) []cobra.Completion {
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
			return cobra.CompletionWithDesc(r.ID, string(r.Kind)+" of "+r.Slug+", "+made)
		})
	}
}
