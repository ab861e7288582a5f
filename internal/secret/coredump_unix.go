//go:build unix && !linux

package secret

import (
	"fmt"
	"syscall"
)

// ForbidCoreDumps prevents core dumps of this process, which would contain its
// secrets.
func ForbidCoreDumps() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
