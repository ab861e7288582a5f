package lock

import "errors"

// mode is how a lock is taken.
type mode int

const (
	shared       mode = iota // waits
	exclusive                // waits
	tryExclusive             // returns ErrBusy
)

var (
	// ErrBusy is returned for a lock that another has.
	ErrBusy = errors.New("the lock is held")
	// ErrUnsupported is returned where the file system has no locks.
	ErrUnsupported = errors.New("there are no file locks")
)
