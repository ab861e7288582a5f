package journal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"authpocket/internal/journal/lock"
)

// write replaces the file atomically and returns once it would survive a power
// cut.
func (s *Store) write(name string, data []byte) error {
	return s.locks.Writing(func() (err error) {
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

// sweep removes the temporary files of killed processes. If another process is
// writing, it leaves that to the next Open.
func (s *Store) sweep() error {
	err := s.locks.Sweeping(func() error {
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
	if errors.Is(err, lock.ErrBusy) {
		return nil
	}
	return err
}

// readFile only reads regular files: a named pipe would block.
func readFile(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is not a regular file", ErrUnreadable)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(data) > maxSize {
		return nil, fmt.Errorf("%w: it is larger than 64 MB", ErrUnreadable)
	}
	return data, err
}
