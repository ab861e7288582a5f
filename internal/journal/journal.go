// Package journal keeps receipts on disk: what an apply was about to write,
// what it wrote, and what was there before, without secrets. A receipt is
// synced before the write that it announces, so that a kill at any moment
// leaves behind what was begun.
//
// The state directory holds
//
//	receipt-<time>-<id>.json             one apply each
//	receipt-<time>-<id>.json.unreadable  set aside, never read again
//	receipt-<time>-<id>.json.newer       written by a newer authpocket
//	link-<hash>.lock                     held while a link is changed
//	writing.lock                         held for moments, see gate.go
//
// and for moments files that begin with ".writing-".
package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Store is the receipts of one state directory. It may be used from several
// goroutines, and several processes may have the same directory open.
type Store struct {
	dir  string
	disk disk
	now  func() time.Time

	mu   sync.Mutex
	held map[string]bool // the lock files held through this Store
}

// Open makes the state directory where it is not there, closes it to other
// users, sweeps up what a killed process left half written, and proves that a
// receipt can be written. The error is a *Fault.
func Open(dir string) (*Store, error) { return open(dir, system{}) }

func open(dir string, d disk) (*Store, error) {
	if dir == "" {
		return nil, &Fault{Summary: "There is no directory for receipts.", Todo: "Name a state directory."}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, cannotUse(dir, fmt.Errorf("finding the state directory: %w", err))
	}
	s := &Store{dir: abs, disk: d, now: time.Now, held: map[string]bool{}}
	for _, step := range []func() error{s.makeDir, s.tightenDir, s.sweep, s.tightenFiles, s.prove} {
		if err := step(); err != nil {
			return nil, cannotUse(abs, err)
		}
	}
	return s, nil
}

// Dir is the state directory, absolute.
func (s *Store) Dir() string { return s.dir }

// DefaultDir is where receipts are kept unless the admin says otherwise:
// authpocket below $XDG_STATE_HOME, else below ~/.local/state.
func DefaultDir(lookupEnv func(string) (string, bool), home func() (string, error)) (string, error) {
	// The base directory specification has relative values ignored.
	if base, found := lookupEnv("XDG_STATE_HOME"); found && filepath.IsAbs(base) {
		return filepath.Join(base, "authpocket"), nil
	}
	dir, err := home()
	if err != nil || dir == "" {
		return "", &Fault{
			Summary: "authpocket found no home directory to keep its receipts in.",
			Todo:    "Name a state directory, or set XDG_STATE_HOME.",
			Err:     errors.Join(errors.New("finding the home directory"), err),
		}
	}
	return filepath.Join(dir, ".local", "state", "authpocket"), nil
}

// makeDir makes the directory and what leads to it, and syncs each entry that
// it made: a receipt is no safer than the directory it is in.
func (s *Store) makeDir() error {
	var made []string
	for at := s.dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
		made = append(made, at)
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("making the state directory: %w", err)
	}
	for _, at := range made {
		if err := s.disk.SyncDir(filepath.Dir(at)); err != nil {
			return fmt.Errorf("making the state directory: %w", err)
		}
	}
	return nil
}

func (s *Store) tightenDir() error { return s.tighten(s.dir, 0o700) }

// tightenFiles closes the files that are there already to other users.
func (s *Store) tightenFiles() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		ours := strings.HasPrefix(e.Name(), receiptPrefix) || strings.HasSuffix(e.Name(), lockSuffix)
		if !ours || !e.Type().IsRegular() {
			continue
		}
		if err := s.tighten(filepath.Join(s.dir, e.Name()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// tighten takes every permission beyond most away from path.
func (s *Store) tighten(path string, most os.FileMode) error {
	info, err := s.disk.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil // moved by another process since it was listed
	}
	if err != nil {
		return fmt.Errorf("looking at permissions: %w", err)
	}
	if info.Mode().Perm()&^most == 0 || !s.disk.HasModes() {
		return nil
	}
	if !s.disk.Ours(info) {
		return &openToOthers{path: path, mode: info.Mode().Perm(), foreign: true}
	}
	if err := s.disk.Chmod(path, info.Mode().Perm()&most); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("closing %s to other users: %w", path, err)
	}
	// Some file systems take a chmod and keep the mode.
	if info, err = s.disk.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("looking at permissions: %w", err)
	}
	if info.Mode().Perm()&^most != 0 {
		return &openToOthers{path: path, mode: info.Mode().Perm()}
	}
	return nil
}

// proof is how many bytes Open writes to show that there is room: more than
// any receipt of a usual link needs.
const proof = 64 << 10

func (s *Store) prove() error {
	name := tempPrefix + "proof-" + rand.Text()[:8] // swept up after a kill
	err := s.write(name, make([]byte, proof))
	gone := s.disk.Remove(filepath.Join(s.dir, name))
	if err == nil && gone != nil && !errors.Is(gone, os.ErrNotExist) { // another process may sweep
		err = fmt.Errorf("removing a file: %w", gone)
	}
	return err
}
