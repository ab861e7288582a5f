//go:build !windows

package listen

import "syscall"

// errInUse is how the operating system says that a port is taken.
const errInUse = syscall.EADDRINUSE
