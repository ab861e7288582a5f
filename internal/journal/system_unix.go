//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// How the operating system says that a disk is full, that its user may have no more of it, and that it is read-only.
const (
	errFull     = syscall.ENOSPC
	errQuota    = syscall.EDQUOT
	errReadOnly = syscall.EROFS
)

// lockFile locks f. With tryLockExclusive it returns errBusy if the lock is
// held.
func lockFile(f *os.File, m lockMode) error {
	how := map[lockMode]int{lockShared: syscall.LOCK_SH, lockExclusive: syscall.LOCK_EX,
		tryLockExclusive: syscall.LOCK_EX | syscall.LOCK_NB}[m]
	for {
		err := syscall.Flock(int(f.Fd()), how)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errBusy
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK):
			return fmt.Errorf("locking a file: %w", errors.Join(errNoLocks, err))
		default:
			return fmt.Errorf("locking a file: %w", err)
		}
	}
}

func unlockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

// alive reports whether there may be a process with that ID.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func (system) Rename(from, to string) error { return os.Rename(from, to) } // #nosec G703 -- of ours

func (system) SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	// Some file systems cannot sync directories and return an error.
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}

func (system) Ours(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

func (system) HasModes() bool { return true }
