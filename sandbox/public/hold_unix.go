//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package public

import (
	"os"
	"syscall"
)

// hold locks a directory, until release is called or the program has ended. It returns false if another one holds it.
func hold(dir string) (release func(), ok bool) {
	f, err := os.Open(dir) // #nosec G304 -- the demo's
	if err != nil {
		return nil, false
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, false
	}
	return func() { _ = f.Close() }, true
}
