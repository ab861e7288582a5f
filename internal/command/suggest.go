package command

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/visible"
)

// suggestTime is how long a shell waits for names from authentik.
const suggestTime = 3 * time.Second

// suggester returns the values that a shell offers for what was typed.
type suggester func(ctx context.Context, p program, typed string) []cobra.Completion

// suggest returns suggester as a completion function of cobra. It leaves out
// values that do not show as they are: they could steer the terminal.
func (s *shared) suggest(values suggester) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		const how = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
		if len(args) > 0 || readEnv(cmd.Flags()) != nil { // no command has two arguments
			return nil, how
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), suggestTime)
		defer cancel()
		var shown []cobra.Completion
		for _, value := range values(ctx, s.program(), typed) {
			name, about, _ := strings.Cut(value, "\t")
			if strings.HasPrefix(name, typed) && visible.Line(name) == name {
				shown = append(shown, cobra.CompletionWithDesc(name, visible.Line(about)))
			}
		}
		return shown, how
	}
}

// users suggests usernames of authentik, if there is a link file.
func (f *sourceFlags) users(ctx context.Context, p program, typed string) []cobra.Completion {
	if f.File == "" {
		return nil
	}
	file, err := p.reader(*f).One(ctx, f.File)
	if err != nil {
		return nil
	}
	a, err := p.connectAuthentik(ctx, file.Authentik)
	if err != nil {
		return nil
	}
	found, err := a.System.SearchUsers(ctx, typed)
	if err != nil {
		return nil
	}
	names := make([]cobra.Completion, len(found))
	for i, user := range found {
		names[i] = user.Name
	}
	return names
}

// receipts suggests the IDs of receipts, newest first.
func (f *stateFlag) receipts(context.Context, program, string) []cobra.Completion {
	store, err := earlier(f.State)()
	if store == nil || err != nil {
		return nil
	}
	list, _, err := store.Index()
	if err != nil {
		return nil
	}
	ids := make([]cobra.Completion, len(list))
	for i, r := range list {
		ids[i] = cobra.CompletionWithDesc(r.ID, string(r.Kind)+" of "+r.Slug+", "+r.When.Local().Format(time.DateTime))
	}
	return ids
}
