//go:build !windows && !linux

package terminal

import "golang.org/x/sys/unix"

// The requests that read and set how a terminal behaves, as in macOS and the BSDs.
const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)
