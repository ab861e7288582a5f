package outbound

import "golang.org/x/sys/windows"

// How the operating system says that nothing listens, and that the other end closed the connection. Windows has
// numbers of its own for them, which package syscall's are not equal to.
const (
	errRefused = windows.WSAECONNREFUSED
	errReset   = windows.WSAECONNRESET
)
