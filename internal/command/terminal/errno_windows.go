package terminal

import "golang.org/x/sys/windows"

// How the operating system says that nobody reads a pipe any more.
const (
	errClosed  = windows.ERROR_BROKEN_PIPE
	errClosing = windows.ERROR_NO_DATA
)
