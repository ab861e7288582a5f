//go:build !windows

package terminal

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// readHidden reads a line of a terminal without showing it, and returns io.EOF at the end of the input, for which
// term.ReadPassword would wait on.
func readHidden(terminal int) (line []byte, err error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return nil, err
	}
	hiding, err := unix.IoctlGetTermios(terminal, getTermios)
	if err != nil {
		return nil, err
	}
	hiding.Lflag &^= unix.ECHO
	hiding.Lflag |= unix.ICANON | unix.ISIG
	hiding.Iflag |= unix.ICRNL
	if err := unix.IoctlSetTermios(terminal, setTermios, hiding); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, term.Restore(terminal, before)) }()
	for one := make([]byte, 1); ; {
		n, err := unix.Read(terminal, one)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0 && len(line) == 0:
			return nil, io.EOF
		case n == 0, one[0] == '\n':
			return line, nil
		default:
			line = append(line, one[0])
		}
	}
}
