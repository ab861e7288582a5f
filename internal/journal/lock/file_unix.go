//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package lock

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile locks f. With tryExclusive it returns ErrBusy if the lock is held.
func lockFile(f *os.File, m mode) error {
	how := map[mode]int{shared: syscall.LOCK_SH, exclusive: syscall.LOCK_EX,
		tryExclusive: syscall.LOCK_EX | syscall.LOCK_NB}[m]
	for {
		err := syscall.Flock(int(f.Fd()), how)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrBusy
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK):
			return fmt.Errorf("locking a file: %w", errors.Join(ErrUnsupported, err))
		default:
			return fmt.Errorf("locking a file: %w", err)
		}
	}
}

func unlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// alive reports whether there may be a process with that ID.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
