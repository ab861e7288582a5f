package command

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/terminal"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// addHelp adds the commands of cobra: help and completion. Both refuse an
// argument that names nothing.
func addHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		switch cmd.Name() {
		case "help":
			cmd.Short = "Show the help of a command"
			cmd.Long = "Shows the help of a command."
			cmd.Example = "  authpocket help plan"
			cmd.Args = func(_ *cobra.Command, args []string) error {
				if _, _, err := root.Find(args); err != nil {
					return unknown(root, args)
				}
				return nil
			}
		case "completion":
			addCompletion(cmd)
		}
	}
}

// fitHelp wraps the help of all commands at a terminal.
func fitHelp(root *cobra.Command, std terminal.Streams) {
	on, usual := std.Screen(std.Out), root.HelpFunc()
	if !on.Terminal {
		return
	}
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		var text bytes.Buffer
		cmd.SetOut(&text)
		usual(cmd, args)
		cmd.SetOut(std.Out)
		visible.Fprintf(std.Out, "%s", on.Fit(text.String()))
	})
}

func addCompletion(cmd *cobra.Command) {
	cmd.Short = "Print the script that completes commands in a shell"
	cmd.Long = "Prints the script that completes commands, flags and their values in a shell.\n\n" +
		"With -f, names of users come from authentik."
	cmd.Example = "  source <(authpocket completion bash)\n" +
		"  authpocket completion fish > ~/.config/fish/completions/authpocket.fish"
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return refused(say.Of("there is no shell; use bash, zsh, fish or powershell"), say.Text{})
		}
		return refused(say.Of("there is no shell %q; use bash, zsh, fish or powershell", args[0]), say.Text{})
	}
	for _, shell := range cmd.Commands() {
		shell.Short = "Print the script for " + shell.Name()
		shell.Example = "  authpocket completion " + shell.Name()
	}
}

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

// suggested suggests the IDs of the chosen receipts, newest first.
func (f *stateFlag) suggested(chosen func([]journal.Summary) []journal.Summary) suggester {
	return func(context.Context, program, string) []cobra.Completion {
		store, err := earlier(f.State)()
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
