package lock

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// Lock locks what has that key against changes by others, in this process and in
// others with the same directory, until unlock is called. If the lock is
// taken, it does not wait: the error is ErrBusy, or ErrNotHonoured. The
// operating system releases the lock of a killed process; whether one of another
// machine was killed takes seconds to find out, see claim.go. unlock may be called
// more than once.
func (l *Locks) Lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path := l.path(key)
	// Emulated file locks, as over NFS, let one process lock twice.
	if !l.hold(path) {
		return nil, ErrBusy
	}
	f, err := l.take(path)
	if err != nil {
		l.release(path)
		return nil, err
	}
	end, err := l.claim(ctx, path)
	if err != nil {
		closeLock(f)
		l.release(path)
		return nil, err
	}
	return sync.OnceFunc(func() {
		end()
		closeLock(f)
		l.release(path)
	}), nil
}

func (l *Locks) take(path string) (f *os.File, err error) {
	err = l.withDirLock(shared, func() error {
		if f, err = l.open(path); err != nil {
			return err
		}
		if err = l.lock(f, tryExclusive); err != nil {
			_ = f.Close()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Held reports whether any process, including this one, holds the lock.
func (l *Locks) Held(key string) (bool, error) {
	path := l.path(key)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	l.mu.Lock()
	held := l.held[path]
	l.mu.Unlock()
	if held {
		return true, nil
	}
	err := l.withDirLock(exclusive, func() error {
		f, err := l.open(path)
		if err != nil {
			return err
		}
		defer closeLock(f)
		return l.lock(f, tryExclusive)
	})
	if errors.Is(err, ErrBusy) {
		return true, nil
	}
	if l.ReadOnly {
		return false, nil // not to be found out where a lock takes a file that can be written
	}
	return false, err
}

func (l *Locks) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(l.dir, "link-"+hex.EncodeToString(sum[:8])+lockSuffix)
}

// hold marks the lock as held by these Locks and reports whether it was not.
func (l *Locks) hold(path string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[path] {
		return false
	}
	l.held[path] = true
	return true
}

func (l *Locks) release(path string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, path)
}
