package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The gate is one lock for the whole directory, held for moments. Writers and
// those who take a link's lock go through it together; who removes what was
// left half written, or looks whether a link is locked, goes through alone.
// So a sweep never takes a living writer's temporary file away, and a look
// never makes somebody else's Lock fail.

const (
	lockSuffix = ".lock"
	gateName   = "writing" + lockSuffix
)

// mode is how a lock is taken.
type mode int

const (
	shared   mode = iota // together with others, waiting
	alone                // waiting
	aloneNow             // or errBusy
)

var (
	errBusy    = errors.New("the lock is held")
	errNoLocks = errors.New("there are no file locks")
)

func (s *Store) gate(m mode, do func() error) error {
	f, err := openLock(filepath.Join(s.dir, gateName))
	if err != nil {
		return err
	}
	defer giveBack(f)
	if err := lockFile(f, m); err != nil {
		return err
	}
	return do()
}

func openLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // #nosec G703 -- in the state directory
	if err != nil {
		return nil, fmt.Errorf("opening a lock file: %w", err)
	}
	return f, nil
}

// giveBack releases the lock and closes f. Closing alone would leave it to a
// child process that is being started at this moment and has f still open.
func giveBack(f *os.File) {
	_ = unlockFile(f)
	_ = f.Close()
}

// sweep removes what killed processes left half written. While somebody is
// writing it leaves that to the next one who opens the directory.
func (s *Store) sweep() error {
	err := s.gate(aloneNow, func() error {
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
