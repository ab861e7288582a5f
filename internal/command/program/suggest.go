package program

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authpocket/internal/command/option"
	"authpocket/internal/visible"
)

// suggestTime is how long a shell waits for names from authentik.
const suggestTime = 3 * time.Second

// Suggester returns the values that a shell offers for what was typed.
type Suggester func(ctx context.Context, p *Run, typed string) []cobra.Completion

// Suggest returns values as a completion function of cobra. It leaves out
// values that do not show as they are: they could steer the terminal.
func (s *Shared) Suggest(values Suggester) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const how = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(args) > 0 || option.ReadEnv(cmd.Flags()) != nil { // no command has two arguments
			return nil, how
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), suggestTime)
		defer cancel()
		var shown []cobra.Completion
		for _, value := range values(ctx, s.Run(), typed) {
			name, about, _ := strings.Cut(value, "\t")
			if strings.HasPrefix(name, typed) && visible.Line(name) == name {
				shown = append(shown, cobra.CompletionWithDesc(name, visible.Line(about)))
			}
		}
		return shown, how
	}
}

// CompleteFiles keeps shells from completing the names of files for flags that take something else.
func CompleteFiles(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if takes, _ := pflag.UnquoteUsage(f); takes != "file" && takes != "directory" {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions) // unless it has values of its own
			}
		})
	}
}
