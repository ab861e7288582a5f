package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
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

func addCompletion(cmd *cobra.Command) {
	cmd.Short = "Print the script that completes commands in a shell"
	cmd.Long = "Prints the script that completes commands, flags and their values in a shell.\n\n" +
		"With -f, names of users come from authentik."
	cmd.Example = "  source <(authpocket completion bash)\n" +
		"  authpocket completion fish > ~/.config/fish/completions/authpocket.fish"
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return errors.New("there is no shell; use bash, zsh, fish or powershell")
		}
		return fmt.Errorf("there is no shell %q; use bash, zsh, fish or powershell", args[0])
	}
	for _, shell := range cmd.Commands() {
		shell.Short = "Print the script for " + shell.Name()
		shell.Example = "  authpocket completion " + shell.Name()
	}
}
