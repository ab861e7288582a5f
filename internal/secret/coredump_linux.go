package secret

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// ForbidCoreDumps prevents core dumps of this process, which would contain its
// secrets. RLIMIT_CORE only applies to files: if core_pattern is a pipe, as with
// systemd-coredump, the kernel writes to it anyway. Clearing the dumpable flag
// prevents both, and keeps other programs of the same user from tracing the
// process.
func ForbidCoreDumps() error {
	err := errors.Join(
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
		syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}),
	)
	if err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
