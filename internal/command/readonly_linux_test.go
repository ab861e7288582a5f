package command

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"

	"authpocket/sandbox"
)

// TestWhatReadsNeedsNoRightToWriteReceipts: the state directory is read-only. What would write to a system is refused
// before it does.
func TestWhatReadsNeedsNoRightToWriteReceipts(t *testing.T) {
	box := newSandbox(t, sandbox.Config{})
	s := stage{dir: t.TempDir(), box: box}
	s.files(t)
	if said, code := s.into(t, "apply -f link.yaml --yes", nil); code != 0 {
		t.Fatalf("apply ends with %d: %s", code, said)
	}
	state := s.dir + "/state"
	if err := os.Chmod(state, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(state, 0o700) }()
	before := box.Authentik().Snapshot()
	for args, want := range map[string]int{
		"plan -f link.yaml": 0, "plan -f changed.yaml": 2, "plan -f link.yaml --shard 0/1": 0,
		"verify -f link.yaml --quick": 0, "check-people -f link.yaml": 0, "receipts": 0,
		"export -f link.yaml --whole markdown": 0, "import -o - --authentik AUTHENTIK --pocketbase POCKETBASE": 0,
		"apply -f changed.yaml --yes": 1, "apply -f changed.yaml --yes --shard 0/1": 1, "undo -f link.yaml --yes": 1,
		"rotate -f link.yaml --yes": 1, "remove -f link.yaml --yes": 1, "check-people -f link.yaml --sign-out --yes": 1,
		"verify -f link.yaml --sign-in-new --yes": 1, "serve --listen 127.0.0.1:0": 1,
	} {
		cmd := s.command(t, args)
		if os.Getuid() == 0 { // who may write anywhere, but not in a namespace
			cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER,
				UidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: 0, Size: 1}}}
		}
		var said bytes.Buffer
		cmd.Stderr = &said
		_ = cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("%s ends with %d, want %d: %s", args, got, want, said.String())
		}
		if want == 1 && !strings.Contains(said.String(), "authpocket may not write receipts in "+state) {
			t.Errorf("%s says %s", args, said.String())
		}
	}
	if after := box.Authentik().Snapshot(); len(after.Applications) != 1 || len(before.Applications) != 1 ||
		after.Providers[0].ClientSecret != before.Providers[0].ClientSecret {
		t.Errorf("authentik is written to: %+v", after)
	}
}
