package faults_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { os.Exit(runAll(m)) }

// runAll runs the tests with a temporary directory, which must be empty afterwards,
// and looks for leaked goroutines.
func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp(memory(), "authpocket-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	tests := filepath.Join(dir, "tests")
	if err := errors.Join(os.Mkdir(tests, 0o700), os.Setenv("TMPDIR", tests)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	debug.SetGCPercent(400) // collecting takes a fifth of the time otherwise
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Println("goroutines are left:", err)
		code = 1
	}
	left, err := os.ReadDir(tests)
	if err != nil || len(left) > 0 {
		fmt.Println("temporary files are left:", left, err)
		code = 1
	}
	return code
}

// memory returns a directory in memory if available: the tests do not concern the
// disk, and syncing takes most of the time.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}
