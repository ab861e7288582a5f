package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is the part of the file system that writing needs, so that tests can make
// each call fail.
type disk interface {
	// Create creates a new file with mode 0600, whatever the umask.
	Create(path string) (file, error)
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes changes to the entries of dir durable.
	SyncDir(dir string) error
	Stat(path string) (os.FileInfo, error)
	Chmod(path string, mode os.FileMode) error
	// Ours reports whether the file belongs to the user that authpocket runs as.
	Ours(os.FileInfo) bool
	// HasModes reports whether the operating system has permission bits.
	HasModes() bool
}

type file interface {
	io.WriteCloser
	Sync() error
}

// system is the real file system. The parts that depend on the operating system
// are in system_unix.go and system_windows.go.
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

func (system) Remove(path string) error              { return os.Remove(path) }
func (system) Stat(path string) (os.FileInfo, error) { return os.Stat(path) }
func (system) Chmod(path string, mode os.FileMode) error {
	return os.Chmod(path, mode)
}

const tempPrefix = ".writing-"

// write replaces the file atomically and returns once it would survive a power
// cut.
func (s *Store) write(name string, data []byte) error {
	return s.withDirLock(lockShared, func() (err error) {
		// Where the lock does not hold, the sweep of another process may have removed the temporary file.
		for range 3 {
			if err = replace(s.disk, s.dir, name, data); !errors.Is(err, errSwept) {
				break
			}
		}
		return err
	})
}

// errSwept is returned for a temporary file that is gone.
var errSwept = errors.New("the temporary file is gone")

// create is write for a new file. It leaves none behind if it fails.
func (s *Store) create(name string, data []byte) error {
	err := s.write(name, data)
	if err != nil {
		_ = s.disk.Remove(filepath.Join(s.dir, name)) // even a write that failed may have left it
	}
	return err
}

// replace writes a temporary file and renames it. If anything fails it removes
// the temporary file.
func replace(d disk, dir, name string, data []byte) (err error) {
	temp := filepath.Join(dir, tempPrefix+name+"-"+rand.Text()[:8])
	f, err := d.Create(temp)
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = d.Remove(temp) // fails if it was already renamed
		}
	}()
	if err := writeAndClose(f, data); err != nil {
		return err
	}
	if err := d.Rename(temp, filepath.Join(dir, name)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("renaming a file: %w: %w", errSwept, err)
	} else if err != nil {
		return fmt.Errorf("renaming a file: %w", err)
	}
	if err := d.SyncDir(dir); err != nil {
		return fmt.Errorf("syncing the directory: %w", err)
	}
	return nil
}

// writeAndClose writes, syncs and closes f.
func writeAndClose(f file, data []byte) error {
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
