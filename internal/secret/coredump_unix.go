//go:build unix && !linux

package secret

import (
	"fmt"
	"syscall"
)

// ForbidCoreDumps keeps this process from leaving its memory, secrets and all,
// in a file when it crashes (setrlimit, RLIMIT_CORE).
func ForbidCoreDumps() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
