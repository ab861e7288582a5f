package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The directory lock is held for moments. Writing a file and taking a link's
// lock hold it shared; sweeping leftovers and checking whether a link is locked
// hold it exclusively. So a sweep never removes the temporary file of a running
// write, and a check never makes another process's Lock fail.

// withDirLock calls do with the directory lock held.
func (s *Store) withDirLock(m lockMode, do func() error) error {
	f, err := s.openLock(filepath.Join(s.dir, dirLockName))
	if s.readOnly && errors.Is(err, fs.ErrNotExist) {
		return do() // nobody has it
	}
	if err != nil {
		return err
	}
	defer closeLock(f)
	if err := s.lock(f, m); err != nil {
		return err
	}
	return do()
}

func (s *Store) openLock(path string) (*os.File, error) {
	how := os.O_CREATE | os.O_RDWR
	if s.readOnly {
		how = os.O_RDONLY
	}
	f, err := os.OpenFile(path, how, 0o600) // #nosec G703 -- in the state directory
	if err != nil {
		return nil, fmt.Errorf("opening a lock file: %w", err)
	}
	return f, nil
}

// closeLock releases the lock and closes f. Closing alone would leave the lock
// with a child process that is just being started and still has f open.
func closeLock(f *os.File) {
	_ = unlockFile(f)
	_ = f.Close()
}

// sweep removes the temporary files of killed processes. If another process is
// writing, it leaves that to the next Open.
func (s *Store) sweep() error {
	err := s.withDirLock(tryLockExclusive, func() error {
		entries, err := os.ReadDir(s.dir)
		if err != nil {
			return fmt.Errorf("reading the state directory: %w", err)
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), tempPrefix) {
				continue
			}
			if err := s.disk.Remove(filepath.Join(s.dir, e.Name())); err != nil {
				return fmt.Errorf("removing a file: %w", err)
			}
		}
		return nil
	})
	if errors.Is(err, errBusy) {
		return nil
	}
	return err
}
