package terminal

import (
	"os"

	"golang.org/x/sys/windows"
)

// understandsEscapes reports whether the console takes escapes, after asking it to.
func understandsEscapes(file *os.File) bool {
	console := windows.Handle(file.Fd())
	var mode uint32
	return windows.GetConsoleMode(console, &mode) == nil &&
		windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
