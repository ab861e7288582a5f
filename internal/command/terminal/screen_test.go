package terminal

import "testing"

func TestHelpFitsATerminal(t *testing.T) {
	const help = "Short.\n\n  -l, --listen address   address to listen on; not\n" +
		"                         every one\n  -h, --help             help\n"
	for width, want := range map[int]string{
		40: "Short.\n\n  -l, --listen address   address to\n  listen on; not every one\n  -h, --help             " +
			"help\n",
		55: "Short.\n\n  -l, --listen address   address to listen on; not\n                         every one\n" +
			"  -h, --help             help\n",
	} {
		if got := (Screen{Terminal: true, Width: width}).Fit(help); string(got) != want {
			t.Errorf("at %d columns it is\n%s", width, got)
		}
	}
}
