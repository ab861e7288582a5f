package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"authpocket/internal/link"
)

// Key names the link between two systems, for Lock. Addresses are compared as
// link.ParseAddress writes them: two spellings of one host are two keys.
func Key(authentikURL, pocketbaseURL string) string {
	return strings.TrimRight(authentikURL, "/") + " " + strings.TrimRight(pocketbaseURL, "/")
}

// Lock keeps everybody else, in this process and in others with the same
// state directory, from changing the link until unlock is called. It does not
// wait: where somebody has it the error is ErrLocked, in words. The system
// gives a killed process's lock back. unlock may be called more than once.
func (s *Store) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := s.lockPath(key)
	// File locks that are emulated, as over NFS, do not keep one process from
	// locking twice.
	if !s.hold(path) {
		return nil, locked()
	}
	f, err := s.takeLock(path)
	if err != nil {
		s.release(path)
		return nil, err
	}
	return sync.OnceFunc(func() {
		giveBack(f)
		s.release(path)
	}), nil
}

func (s *Store) takeLock(path string) (f *os.File, err error) {
	err = s.gate(shared, func() error {
		if f, err = openLock(path); err != nil {
			return err
		}
		if err = lockFile(f, aloneNow); err != nil {
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

// running tells whether somebody holds the link's lock right now, this
// process included.
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
	err := s.gate(alone, func() error {
		f, err := openLock(path)
		if err != nil {
			return err
		}
		defer giveBack(f)
		return lockFile(f, aloneNow)
	})
	if errors.Is(err, errBusy) {
		return true, nil
	}
	return false, err
}

func (s *Store) lockPath(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(s.dir, "link-"+hex.EncodeToString(sum[:8])+lockSuffix)
}

// hold notes that this Store has the lock, unless it has it already.
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
		Summary: "This link is being changed right now, in another tab or by another authpocket.",
		Todo:    "Wait until that is done, then look at a new preview.",
		Written: link.WrittenNone, Err: ErrLocked,
	}
}
