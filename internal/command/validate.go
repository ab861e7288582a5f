package command

import (
	"context"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

type validateFlags struct{ program.FileFlags }

func newValidate(s *program.Shared) *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check link files without connecting",
		Long: "Checks link files without connecting: one, all of a directory, or standard input. Variables that are " +
			"not set\n" +
			"and files with secrets that are not there are noted on standard error, and are no problems.\n\n" +
			"Exit code 0: no problems, 1: problems.",
		Example: "  authpocket validate\n" +
			"  authpocket validate -f links/ --json",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), s.Run()) },
	}
	f.Add(cmd)
	return cmd
}

// run checks link files without connecting.
func (f validateFlags) run(ctx context.Context, p *program.Run) error {
	view := p.View(f.JSON)
	reader, noted := p.Reader(f.SourceFlags), map[string]bool{}
	reader.Note = func(one linkfile.Fault) {
		if line := p.Say(say.Of("%s.", one.Text())); !noted[line] { // the entries of a list share their defaults
			noted[line] = true
			p.Tell(say.Raw(line))
		}
	}
	files, err := reader.All(ctx, f.File)
	found := []report.Message{}
	if err != nil {
		found = output.Messages(err)
	}
	for _, file := range files {
		_, problems := file.Spec()
		found = append(found, link.Each(problems.Messages(), file.Locate)...)
	}
	view.Validated(files, found)
	if len(found) > 0 {
		return output.ExitError
	}
	return nil
}
