//go:build !windows

package terminal

import "syscall"

// How the operating system says that nobody reads a pipe any more.
const (
	errClosed  = syscall.EPIPE
	errClosing = syscall.EPIPE
)
