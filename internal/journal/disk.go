package journal

import (
	"io"
	"os"
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
