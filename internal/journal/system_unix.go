//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package journal

import (
	"errors"
	"os"
	"syscall"
)

// How the operating system says that a disk is full, that its user may have no more of it, and that it is read-only.
const (
	errFull     = syscall.ENOSPC
	errQuota    = syscall.EDQUOT
	errReadOnly = syscall.EROFS
)

func (system) Rename(from, to string) error { return os.Rename(from, to) } // #nosec G703 -- of ours

func (system) SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	// Some file systems cannot sync directories and return an error.
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}

func (system) Ours(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

func (system) HasModes() bool { return true }
