package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Lock locks the two systems against changes by others, in this process and in
// others with the same state directory, until unlock is called. If the lock is
// taken, it does not wait: the error is a *Fault that wraps ErrLocked. The
// operating system releases the lock of a killed process; whether one of another
// machine was killed takes seconds to find out, see claim.go. unlock may be called
// more than once.
func (s *Store) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := s.lockPath(key)
	// Emulated file locks, as over NFS, let one process lock twice.
	if !s.hold(path) {
		return nil, locked()
	}
	f, err := s.takeLock(path)
	if err != nil {
		s.release(path)
		return nil, err
	}
	end, err := s.claim(ctx, path)
	if err != nil {
		closeLock(f)
		s.release(path)
		return nil, err
	}
	return sync.OnceFunc(func() {
		end()
		closeLock(f)
		s.release(path)
	}), nil
}

func (s *Store) takeLock(path string) (f *os.File, err error) {
	err = s.withDirLock(lockShared, func() error {
		if f, err = s.openLock(path); err != nil {
			return err
		}
		if err = s.lock(f, tryLockExclusive); err != nil {
			_ = f.Close()
		}
		return err
	})
	switch {
	case errors.Is(err, errBusy):
		return nil, locked()
	case err != nil:
		return nil, cannotUse(s.dir, err)
	}
	return f, nil
}

// running reports whether any process, including this one, holds the lock.
func (s *Store) running(key string) (bool, error) {
	path := s.lockPath(key)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	s.mu.Lock()
	held := s.held[path]
	s.mu.Unlock()
	if held {
		return true, nil
	}
	err := s.withDirLock(lockExclusive, func() error {
		f, err := s.openLock(path)
		if err != nil {
			return err
		}
		defer closeLock(f)
		return s.lock(f, tryLockExclusive)
	})
	if errors.Is(err, errBusy) {
		return true, nil
	}
	if s.readOnly {
		return false, nil // not to be found out where a lock takes a file that can be written
	}
	return false, err
}

func (s *Store) lockPath(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(s.dir, "link-"+hex.EncodeToString(sum[:8])+lockSuffix)
}

// hold marks the lock as held by this Store and reports whether it was not.
func (s *Store) hold(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held[path] {
		return false
	}
	s.held[path] = true
	return true
}

func (s *Store) release(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.held, path)
}

func locked() error {
	return &Fault{
		Summary: say.Of("This link is being changed right now by another authpocket, or in another tab."),
		Todo:    say.Of("Wait until that is done, then make the plan again."),
		Written: report.WrittenNone, Err: ErrLocked,
	}
}
