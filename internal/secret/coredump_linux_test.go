package secret_test

import (
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"authpocket/internal/secret"
)

// After ForbidCoreDumps a process is dumped neither to a file nor to a pipe.
func TestNoCoreDumpGoesToAFileOrAPipe(t *testing.T) {
	if os.Getenv("FORBID_CORE_DUMPS") != "" {
		if err := secret.ForbidCoreDumps(); err != nil {
			t.Fatal(err)
		}
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		if err != nil || dumpable != 0 {
			t.Errorf("the process is dumpable: %d, %v", dumpable, err)
		}
		var core unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core.Cur != 0 || core.Max != 0 {
			t.Errorf("the limit is %+v, %v", core, err)
		}
		return
	}
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "-test.run", "^TestNoCoreDumpGoesToAFileOrAPipe$", "-test.count=1")
	cmd.Env = append(os.Environ(), "FORBID_CORE_DUMPS=yes") // it lasts as long as the process
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
