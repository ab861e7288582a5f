package command

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authpocket/internal/linkfile"
	"authpocket/internal/say"
)

// sourceFlags are the flags of all commands that read a link file.
type sourceFlags struct {
	File      string // empty: link.yaml
	AllowEnv  []string
	AllowFile []string
	linkfile.Selection
	needs []string // the keys that the command needs, nil for all
}

func (f *sourceFlags) add(cmd *cobra.Command) {
	cmd.Flags().VarP(&once{path: (*path)(&f.File)}, "file", "f", "the link file, or - for standard input; default: "+
		linkfile.Default)
	_ = cmd.MarkFlagFilename("file", "yaml", "yml")
	cmd.Flags().Var((*commaList)(&f.AllowEnv), "allow-env", "`name` of another environment variable that the link "+
		"file may use, in\naddition to those that begin with AUTHENTIK_ or POCKETBASE_; can be repeated")
	cmd.Flags().Var((*commaList)(&f.AllowFile), "allow-file", "another `file` that the link file may take a secret "+
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

const allFields = "also show the fields that have their defaults, and notes in full"

type stateFlag struct{ State string }

func (f *stateFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.State, "state", "", "`directory` for receipts; default: authpocket below $XDG_STATE_HOME "+
		"or\n~/.local/state, "+
		"on macOS ~/Library/Application Support,\non Windows %LocalAppData%")
	_ = cmd.MarkFlagDirname("state")
	fromEnv(cmd.Flags(), "state", "AUTHPOCKET_STATE")
}

// path is the path of a file. A ~ at its beginning is the home directory.
type path string

func (p *path) Set(value string) error {
	if rest, found := strings.CutPrefix(value, "~/"); found {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		value = filepath.Join(home, rest)
	}
	*p = path(value)
	return nil
}

func (p *path) String() string { return string(*p) }

func (*path) Type() string { return "file" }

// commaList is a flag that can be repeated, and has several values between commas, quoted as in CSV where they have
// commas themselves. Unlike pflag's own, it takes no buffer in each command, at each start, to show that it is empty.
type commaList []string

func (l *commaList) Set(value string) error {
	if value == "" {
		return nil
	}
	values, err := csv.NewReader(strings.NewReader(value)).Read()
	*l = append(*l, values...)
	return err
}

func (l *commaList) String() string { return strings.Join(*l, ",") }

func (*commaList) Type() string { return "strings" }

// repeated is a flag that can be repeated.
type repeated []string

func (l *repeated) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func (l *repeated) String() string { return strings.Join(*l, ",") }

func (*repeated) Type() string { return "stringArray" }

// once is a path that can be given only once. Completion parses the flags of a
// command twice, so that only a command itself can refuse another one.
type once struct {
	*path
	times int
}

func (o *once) Set(value string) error {
	o.times++
	return o.path.Set(value)
}

// givenOnce returns an error if a flag that can be given only once was repeated.
func givenOnce(flags *pflag.FlagSet) (repeated error) {
	flags.Visit(func(f *pflag.Flag) {
		if o, ok := f.Value.(*once); ok && o.times > 1 {
			repeated = refused(say.Of("there is more than one --%s; a directory can hold several link files", f.Name),
				say.Text{})
		}
	})
	return repeated
}

// choice is the value of a flag that takes one of some words.
type choice struct {
	to    *string
	words []string
}

// choose adds a flag that takes one of some words, and completes them.
func choose(cmd *cobra.Command, flags *pflag.FlagSet, to *string, name, usage string, words ...string) {
	flags.Var(&choice{to, words}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

func (c *choice) Set(word string) error {
	if last := len(c.words) - 1; !slices.Contains(c.words, word) {
		return errors.New("use " + strings.Join(c.words[:last], ", ") + " or " + c.words[last])
	}
	*c.to = word
	return nil
}

func (c *choice) String() string { return *c.to }

func (*choice) Type() string { return "word" }

// Variables is the annotation of a flag that an environment variable can set.
const Variables = "authpocket_variables"

// fromEnv lets an environment variable set a flag that the command line does
// not have.
func fromEnv(flags *pflag.FlagSet, name, variable string) {
	flags.Lookup(name).Usage += " ($" + variable + ")"
	_ = flags.SetAnnotation(name, Variables, []string{variable})
}

// readEnv sets flags from their environment variables. An empty variable is no
// variable.
func readEnv(flags *pflag.FlagSet) (failed error) {
	flags.VisitAll(func(f *pflag.Flag) {
		for _, variable := range f.Annotations[Variables] {
			value := os.Getenv(variable)
			if value == "" || f.Changed {
				continue
			}
			if f.Value.Type() == "bool" {
				value = cmp.Or(map[string]string{"yes": "true", "no": "false"}[strings.ToLower(value)], value)
			}
			if err := flags.Set(f.Name, value); err != nil {
				failed = cmp.Or(failed, fmt.Errorf("the environment variable %s: %w", variable, err))
			}
		}
	})
	return failed
}

// atMost returns the check that a command has no more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return refused(say.Of("unexpected argument %q", args[n]), say.Text{})
		}
		return nil
	}
}
