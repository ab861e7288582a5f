package command

import (
	"bytes"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
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
			return output.Refused(say.Of("there is no shell; use bash, zsh, fish or powershell"), say.Text{})
		}
		return output.Refused(say.Of("there is no shell %q; use bash, zsh, fish or powershell", args[0]), say.Text{})
	}
	for _, shell := range cmd.Commands() {
		shell.Short = "Print the script for " + shell.Name()
		shell.Example = "  authpocket completion " + shell.Name()
	}
}

// unknown returns the error for a command that does not exist. It names those
// with a similar name.
func unknown(root *cobra.Command, args []string) error {
	root.InitDefaultHelpFlag()
	root.FParseErrWhitelist.UnknownFlags = true // those of the command that was meant
	if err := root.ParseFlags(args); err != nil {
		return err
	}
	name := root.Flags().Arg(0)
	if similar := root.SuggestionsFor(name); len(similar) > 0 {
		return output.Refused(say.Of("there is no command %q; did you mean %s?", name,
			say.Or(link.Each(similar, say.Raw)...)),
			say.Text{})
	}
	return output.Refused(say.Of("there is no command %q", name), say.Text{})
}
