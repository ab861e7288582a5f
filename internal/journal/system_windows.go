package journal

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
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
	default:
		return fmt.Errorf("locking a file: %w", err)
	}
}

func unlockFile(f *os.File) error {
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, new(windows.Overlapped))
}

// SyncDir does nothing: NTFS logs renames itself, and directories cannot be
// opened for a sync.
func (system) SyncDir(string) error { return nil }

// Ours and HasModes rely on the access control list of the user's profile.
func (system) Ours(os.FileInfo) bool { return true }

func (system) HasModes() bool { return false }
