package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestEveryCommandRunsItself(t *testing.T) {
	var cli flags
	parser, err := kong.New(&cli, kong.Vars{"version": ""}, helpTexts())
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Leaves(false) {
		chosen := commandOf(node)
		_, serves := chosen.(serveFlags)
		if chosen == nil || serves != (node.Name == "serve") {
			t.Errorf("%s runs %T", node.Name, chosen)
		}
	}
}

func TestWhatIsNoCommandStartsNothing(t *testing.T) {
	var cli struct {
		Forgotten struct{} `cmd:""`
	}
	parser, err := kong.New(&cli)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse([]string{"forgotten"})
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	p := program{streams: streams{out: &out, err: &errs}, log: slog.New(slog.DiscardHandler)}
	if code := p.dispatch(t.Context(), parsed); code != exitError || out.Len() > 0 ||
		!strings.Contains(errs.String(), "forgotten") {
		t.Errorf("exits with %d, prints %q and %q", code, out.String(), errs.String())
	}
	for _, args := range [][]string{{"no-such-command"}, {"serve", "no-such-command"}, {"apply", "again"}} {
		out.Reset()
		if code := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs}); code != exitError ||
			strings.Contains(out.String(), "ready") {
			t.Errorf("%v exits with %d and prints %q", args, code, out.String())
		}
	}
}
