package command

import (
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/command/output"
)

// A saved plan is of one link: that of another would give it the client secret of that one's file.
func TestASavedPlanIsOfItsLink(t *testing.T) {
	box, command := several(t, 2)
	plan := filepath.Join(t.TempDir(), "link.plan")
	if out, _ := command("plan", "--only", "link0", "--out", plan).CombinedOutput(); !strings.Contains(string(out),
		"The plan is saved.") {
		t.Fatalf("%s", out)
	}
	cmd := command("apply", "--only", "link1", plan)
	out, err := cmd.CombinedOutput()
	const want = "The plan is for the link link0 → people0, and the link file is for link1 → people1. Name the link file " +
		"that the plan was made from.\n"
	if string(out) != want || cmd.ProcessState.ExitCode() != int(output.ExitError) {
		t.Errorf("with another link it ends with %v:\n%s", err, out)
	}
	if n := len(box.Authentik().Snapshot().Applications); n != 0 {
		t.Errorf("there are %d applications", n)
	}
	if out, err := command("apply", "--only", "link0", plan).CombinedOutput(); err != nil {
		t.Errorf("with its link it ends with %v:\n%s", err, out)
	}
}
