package command

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"authpocket/docs/schemas"
	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

func newSchema(s *program.Shared) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema [result]",
		Short: "Print the JSON Schema of link files or of a result",
		Long: "Prints the JSON Schema of link files, with which editors complete and check their keys, or that of " +
			"what\n" +
			"commands print with --json: " + strings.Join(schemas.Names(), ", ") + ".",
		Example: "  authpocket schema > link.schema.json\n" +
			"  authpocket schema plan",
		Args: option.AtMost(1),
		RunE: func(_ *cobra.Command, args []string) error { return printSchema(s.Run(), args) },
	}
	cmd.ValidArgsFunction = s.Suggest(func(context.Context, *program.Run, string) []cobra.Completion {
		return schemas.Names()
	})
	return cmd
}

// printSchema prints the JSON Schema of link files, or the one that is named.
func printSchema(p *program.Run, names []string) error {
	schemaFile, err := schemas.LinkFile()
	if len(names) > 0 {
		if schemaFile, err = schemas.Schema(names[0]); err != nil {
			err = output.Refused(say.Of("There is no schema “%s”.", names[0]),
				say.Of("Use %s.", say.Or(link.Each(schemas.Names(), say.Raw)...)))
		}
	}
	if err != nil {
		return p.View(false).Fail(err)
	}
	_, _ = p.Out.Write(schemaFile) // run returns an error
	return nil
}
