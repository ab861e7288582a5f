// Package journal keeps receipts on disk: what an apply was about to write,
// what it wrote, and what was there before, without secrets. A receipt is
// synced before the write that it announces, so that it survives a kill at any
// moment.
//
// The state directory holds
//
//	receipt-<time>-<id>.json             one apply each
//	receipt-<time>-<id>.json.unreadable  set aside, not read again
//	receipt-<time>-<id>.json.newer       written by a newer authpocket
//	sign-in-<id>.json                    a running or killed test sign-in
//	*.lock, *.held                       see package lock
//
// and, for moments, files that begin with ".writing-".
package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"authpocket/internal/journal/lock"
	"authpocket/internal/say"
)

// Open creates the state directory if needed, restricts it to the current user,
// removes leftovers of killed processes and checks that receipts can be
// written. The error is a *Fault.
func Open(dir string) (*Store, error) { return open(dir, system{}) }

func open(dir string, d disk) (*Store, error) {
	s, err := in(dir, d)
	if err == nil {
		err = s.ready(s.makeDir)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenToRead opens a state directory for what writes no receipts. Unlike Open, it makes no directory, and takes one in
// which nothing can be written: then files that cannot be read are not set aside, but listed where they are.
func OpenToRead(dir string) (*Store, error) { return openToRead(dir, system{}) }

func openToRead(dir string, d disk) (*Store, error) {
	s, err := in(dir, d)
	if err != nil {
		return nil, err
	}
	_, err = s.names("")
	s.readOnly = err != nil || s.ready() != nil
	s.locks.ReadOnly = s.readOnly
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	return s, err
}

// in returns a Store in a directory that was not looked at.
func in(dir string, d disk) (*Store, error) {
	if dir == "" {
		return nil, &Fault{Summary: say.Of("There is no directory for receipts."),
			Todo: say.Of("Set AUTHPOCKET_STATE to a directory.")}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, cannotUse(dir, fmt.Errorf("finding the state directory: %w", err))
	}
	return &Store{dir: abs, disk: d, now: time.Now, locks: lock.In(abs),
		finished: map[string]finished{}}, nil
}

// ready makes the directory ready for writing, after the steps before. The error is a *Fault.
func (s *Store) ready(before ...func() error) error {
	for _, step := range append(before, s.restrictDir, s.sweep, s.restrictFiles, s.checkWritable) {
		if err := step(); err != nil {
			return cannotUse(s.dir, err)
		}
	}
	return nil
}

// Dir returns the absolute path of the state directory.
func (s *Store) Dir() string { return s.dir }

// DefaultDir returns the default state directory on an operating system: authpocket in $XDG_STATE_HOME, or else where
// that system's programs keep what is not for other machines.
func DefaultDir(goos string, lookupEnv func(string) (string, bool), home func() (string, error)) (string, error) {
	// The XDG base directory specification says to ignore relative values.
	if base, found := lookupEnv("XDG_STATE_HOME"); found && filepath.IsAbs(base) {
		return filepath.Join(base, "authpocket"), nil
	}
	if base, found := lookupEnv("LocalAppData"); found && base != "" && goos == "windows" {
		return filepath.Join(base, "authpocket"), nil
	}
	dir, err := home()
	if err != nil || dir == "" {
		return "", &Fault{
			Summary: say.Of("authpocket found no home directory to keep its receipts in."),
			Todo:    say.Of("Set AUTHPOCKET_STATE to a directory."),
			Err:     errors.Join(errors.New("finding the home directory"), err),
		}
	}
	switch goos {
	case "windows":
		return filepath.Join(dir, "AppData", "Local", "authpocket"), nil
	case "darwin":
		return filepath.Join(dir, "Library", "Application Support", "authpocket"), nil
	}
	return filepath.Join(dir, ".local", "state", "authpocket"), nil
}

// makeDir creates the directory and its parents, and syncs each new entry: a
// receipt is only as durable as the directory it is in.
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

func (s *Store) restrictDir() error { return s.restrict(s.dir, 0o700) }

// restrictFiles restricts existing files to the current user.
func (s *Store) restrictFiles() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("reading the state directory: %w", err)
	}
	for _, e := range entries {
		ours := strings.HasPrefix(e.Name(), receiptPrefix) || strings.HasPrefix(e.Name(), signInPrefix) ||
			lock.IsFile(e.Name())
		if !ours || !e.Type().IsRegular() {
			continue
		}
		if err := s.restrict(filepath.Join(s.dir, e.Name()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// restrict removes all permissions beyond most from path.
func (s *Store) restrict(path string, most os.FileMode) error {
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
	// Some file systems accept a chmod but keep the mode.
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

// probeSize is how many bytes Open writes to check that there is space: more
// than a usual receipt needs.
const probeSize = 64 << 10

func (s *Store) checkWritable() error {
	name := tempPrefix + "proof-" + rand.Text()[:8] // removed by sweep after a kill
	err := s.write(name, make([]byte, probeSize))
	removed := s.disk.Remove(filepath.Join(s.dir, name))
	if err == nil && removed != nil && !errors.Is(removed, os.ErrNotExist) { // another process may sweep
		err = fmt.Errorf("removing a file: %w", removed)
	}
	return err
}
