package terminal

import "golang.org/x/term"

// readHidden reads a line of a terminal without showing it, and returns io.EOF at the end of the input.
func readHidden(terminal int) ([]byte, error) { return term.ReadPassword(terminal) }
