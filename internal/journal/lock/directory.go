package lock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The directory lock is held for moments. Writing a file and taking a link's
// lock hold it shared; sweeping leftovers and checking whether a link is locked
// hold it exclusively. So a sweep never removes the temporary file of a running
// write, and a check never makes another process's Lock fail.

// Writing calls do, which writes a file, once nobody sweeps the directory, and keeps sweeps off meanwhile.
func (l *Locks) Writing(do func() error) error { return l.withDirLock(shared, do) }

// Sweeping calls do, which removes temporary files, while nobody is writing. If somebody is, it does nothing and
// returns ErrBusy.
func (l *Locks) Sweeping(do func() error) error { return l.withDirLock(tryExclusive, do) }

// withDirLock calls do with the directory lock held.
func (l *Locks) withDirLock(m mode, do func() error) error {
	f, err := l.open(filepath.Join(l.dir, dirLockName))
	if l.ReadOnly && errors.Is(err, fs.ErrNotExist) {
		return do() // nobody has it
	}
	if err != nil {
		return err
	}
	defer closeLock(f)
	if err := l.lock(f, m); err != nil {
		return err
	}
	return do()
}

func (l *Locks) open(path string) (*os.File, error) {
	how := os.O_CREATE | os.O_RDWR
	if l.ReadOnly {
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
