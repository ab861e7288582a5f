package secret

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// ForbidCoreDumps keeps this process from leaving its memory, secrets and all,
// in a file when it crashes. A limit of no bytes holds for files alone: where
// /proc/sys/kernel/core_pattern is a pipe, as with systemd-coredump, the kernel
// writes to it all the same. A process that is not dumpable is written nowhere,
// and other programs of the same user cannot look into it either.
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
