package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/linkfile"
)

type schemaFlags struct{}

func newSchema(s *shared) *cobra.Command {
	var f schemaFlags
	cmd := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of link files",
		Long:    "Prints the JSON Schema of link files, with which editors complete and check their keys.",
		Example: "  authpocket schema > link.schema.json",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.program()) },
	}

	return cmd
}

// run prints the JSON Schema of link files.
func (schemaFlags) run(_ context.Context, p program) error {
	if _, err := p.Out.Write(linkfile.Schema()); err != nil {
		return p.view(false).Fail(err)
	}
	return nil
}
