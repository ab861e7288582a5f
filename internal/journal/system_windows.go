package journal

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// How the operating system says that a disk is full, that its user may have no more of it, and that it is read-only.
const (
	errFull     = windows.ERROR_DISK_FULL
	errQuota    = windows.ERROR_DISK_QUOTA_EXCEEDED
	errReadOnly = windows.ERROR_WRITE_PROTECT
)

// lockFile locks f. With tryLockExclusive it returns errBusy if the lock is
// held.
func lockFile(f *os.File, m lockMode) error {
	const exclusive, now = windows.LOCKFILE_EXCLUSIVE_LOCK, windows.LOCKFILE_FAIL_IMMEDIATELY
	flags := map[lockMode]uint32{lockShared: 0, lockExclusive: exclusive, tryLockExclusive: exclusive | now}[m]
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return errBusy
	case errors.Is(err, windows.ERROR_NOT_SUPPORTED), errors.Is(err, windows.ERROR_INVALID_FUNCTION):
		return fmt.Errorf("locking a file: %w", errors.Join(errNoLocks, err))
	default:
		return fmt.Errorf("locking a file: %w", err)
	}
}

func unlockFile(f *os.File) error {
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, new(windows.Overlapped))
}

// alive reports whether there may be a process with that ID.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}

// patience is how long Rename waits for the readers of a file.
const patience = 2 * time.Second

// Rename replaces a file. That is refused while another process has it open, even for reading, as a virus scanner
// does: then it tries again for a while.
func (system) Rename(from, to string) error {
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := os.Rename(from, to)
		open := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !open || time.Since(began) > patience {
			return err
		}
	}
}

// SyncDir does nothing: NTFS logs renames itself, and directories cannot be
// opened for a sync.
func (system) SyncDir(string) error { return nil }

// Ours and HasModes rely on the access control list of the user's profile.
func (system) Ours(os.FileInfo) bool { return true }

func (system) HasModes() bool { return false }
