package journal

import (
	"errors"
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
