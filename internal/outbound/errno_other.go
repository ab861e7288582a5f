//go:build !windows

package outbound

import "syscall"

// How the operating system says that nothing listens, and that the other end closed the connection.
const (
	errRefused = syscall.ECONNREFUSED
	errReset   = syscall.ECONNRESET
)
