package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"authpocket/internal/journal/lock"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// The names of the files in a state directory, beside those of locks.
const (
	receiptPrefix    = "receipt-"
	receiptSuffix    = ".json"
	unreadableSuffix = ".unreadable"
	newerSuffix      = ".newer"
	tempPrefix       = ".writing-"
)

// maxSize is the maximum size of a file, in bytes.
const maxSize = 64 << 20

// Store holds the receipts of a state directory. It is safe for concurrent use,
// and several processes may have the same directory open.
type Store struct {
	dir   string
	disk  disk
	now   func() time.Time
	locks *lock.Locks

	readOnly bool // nothing can be written, see OpenToRead

	mu       sync.Mutex
	finished map[string]finished // by file, see Index
}

// finished is a finished receipt that was read from a file.
type finished struct {
	file os.FileInfo
	Summary
}

// Lock locks the two systems against changes by others, in this process and in
// others with the same state directory, until unlock is called. If the lock is
// taken, it does not wait: the error is a *Fault that wraps ErrLocked. The
// operating system releases the lock of a killed process; whether one of another
// machine was killed takes seconds to find out. unlock may be called more than
// once.
func (s *Store) Lock(ctx context.Context, key string) (unlock func(), err error) {
	unlock, err = s.locks.Lock(ctx, key)
	return unlock, s.notLocked(err)
}

// notLocked returns the fault for an error of taking a lock. What the context ends is none.
func (s *Store) notLocked(err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, lock.ErrBusy):
		return &Fault{
			Summary: say.Of("This link is being changed right now by another authpocket, or in another tab."),
			Todo:    say.Of("Wait until that is done, then make the plan again."),
			Written: report.WrittenNone, Err: ErrLocked,
		}
	case errors.Is(err, lock.ErrNotHonoured):
		return &Fault{
			Summary: say.Of("Another authpocket is changing this link, though the file system of %s granted its lock to "+
				"both.", filepath.Clean(s.dir)),
			Todo: say.Of("Its locks do not hold between machines. Mount it with locks, or set AUTHPOCKET_STATE to " +
				"another directory for each."),
			Written: report.WrittenNone, Err: ErrLocked,
		}
	}
	return cannotUse(s.dir, err)
}
