package journal

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock. errBusy: somebody else has it and m does not wait.
func lockFile(f *os.File, m mode) error {
	const exclusive, now = windows.LOCKFILE_EXCLUSIVE_LOCK, windows.LOCKFILE_FAIL_IMMEDIATELY
	flags := map[mode]uint32{shared: 0, alone: exclusive, aloneNow: exclusive | now}[m]
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

// SyncDir has nothing to do: NTFS logs renames itself, and a directory cannot
// be opened for a sync.
func (system) SyncDir(string) error { return nil }

// Ours and HasModes: access follows the profile's access control list.
func (system) Ours(os.FileInfo) bool { return true }

func (system) HasModes() bool { return false }
