package listen

import "golang.org/x/sys/windows"

// errInUse is how the operating system says that a port is taken. Windows has a number of its own for that, which
// package syscall's is not equal to.
const errInUse = windows.WSAEADDRINUSE
