package journal

import (
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// disk is what writing needs of the file system, so that tests can make each
// call fail.
type disk interface {
	// Create makes a file that was not there, 0600 whatever the umask.
	Create(path string) (file, error)
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes what was made, renamed and removed in dir last.
	SyncDir(dir string) error
	Stat(path string) (os.FileInfo, error)
	Chmod(path string, mode os.FileMode) error
	// Ours tells whether the file belongs to the user that authpocket runs as.
	Ours(os.FileInfo) bool
	// HasModes tells whether the system has permission bits at all.
	HasModes() bool
}

type file interface {
	io.WriteCloser
	Sync() error
}

// system is the real file system. What differs between operating systems is
// in system_unix.go and system_windows.go.
type system struct{}

func (system) Create(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(0o600); err != nil {
		_ = f.Close()
		_ = os.Remove(path)
		return nil, err
	}
	return f, nil
}

func (system) Rename(from, to string) error          { return os.Rename(from, to) } // #nosec G703 -- of ours
func (system) Remove(path string) error              { return os.Remove(path) }
func (system) Stat(path string) (os.FileInfo, error) { return os.Stat(path) }
func (system) Chmod(path string, mode os.FileMode) error {
	return os.Chmod(path, mode)
}

const tempPrefix = ".writing-"

// write puts data where name is, whole or not at all, and returns once it
// would outlast a power cut.
func (s *Store) write(name string, data []byte) error {
	return s.gate(shared, func() error { return replace(s.disk, s.dir, name, data) })
}

// replace leaves no temporary file behind, whatever fails.
func replace(d disk, dir, name string, data []byte) (err error) {
	temp := filepath.Join(dir, tempPrefix+name+"-"+rand.Text()[:8])
	f, err := d.Create(temp)
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = d.Remove(temp) // gone already where the rename was done
		}
	}()
	if err := fill(f, data); err != nil {
		return err
	}
	if err := d.Rename(temp, filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("renaming a file: %w", err)
	}
	if err := d.SyncDir(dir); err != nil {
		return fmt.Errorf("syncing the directory: %w", err)
	}
	return nil
}

// fill writes, syncs and closes f.
func fill(f file, data []byte) error {
	if _, err := f.Write(data); err != nil {
		_ = f.Close()
		return fmt.Errorf("writing a file: %w", err)
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return fmt.Errorf("syncing a file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("closing a file: %w", err)
	}
	return nil
}
