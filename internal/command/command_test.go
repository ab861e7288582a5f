package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
)

// commands returns a command and all below it.
func commands(cmd *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		list = append(list, commands(sub)...)
	}
	return list
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, cmd := range commands(Tree()) {
		if cmd.Short == "" || cmd.Long == "" || !strings.Contains(cmd.Example, "  authpocket") {
			t.Errorf("%s has the short text %q, the long one %q and the example %q", cmd.CommandPath(), cmd.Short,
				cmd.Long, cmd.Example)
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.LocalFlags().FlagUsages()) {
			if len(line) > 125 {
				t.Errorf("the help of %s has a long line: %s", cmd.CommandPath(), line)
			}
		}
	}
}

func TestWhatIsNoCommandStartsNothing(t *testing.T) {
	for _, args := range [][]string{
		{"no-such-command"}, {"serve", "no-such-command"},
		{"veryfy", "-f", "link.yaml"}, {"veryfy", "--help"}, {"--", "verify"}, {""},
		{"--listen", "127.0.0.1:0", "sreve"}, {"help", "no-such-command"}, {"receipts", "plan", "all"},
		{"completion", "no-such-shell"}, {"completion"}, {"export", "-f", "link.yaml"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), args, terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
		if code != output.ExitError || out.Len() > 0 || strings.Count(errs.String(), "\n") != 2 ||
			!strings.HasPrefix(errs.String(), "authpocket: ") {
			t.Errorf("%v exits with %d, prints %q and %q", args, code, out.String(), errs.String())
		}
	}
}

func TestApplyNamesASavedPlanThatIsNotThere(t *testing.T) {
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	std := terminal.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}
	code := run(t.Context(), []string{"apply", "again"}, std)
	const want = "There is no saved plan “again”. Make one with authpocket plan --out.\n"
	if code != output.ExitError || out.Len() > 0 || errs.String() != want {
		t.Errorf("it exits with %d, prints %q and %q", code, out.String(), errs.String())
	}
}
