// Package lock keeps those apart who share a state directory: of a link in it, one changes at a time, and nobody sweeps
// a file that somebody is writing.
//
// The directory then holds
//
//	link-<hash>.lock  held while a link is changed or tested
//	link-<hash>.held  by whom, see claim.go
//	writing.lock      held for moments, see directory.go
package lock

import (
	"os"
	"strings"
	"sync"
	"time"
)

const (
	lockSuffix  = ".lock"
	claimSuffix = ".held"
	dirLockName = "writing" + lockSuffix
)

// A claim says who holds the lock of a link, see claim.go.
const (
	claimBeat  = 2 * time.Second  // how often it is renewed
	claimBeats = 5                // one that is not renewed for so many is abandoned
	claimAge   = 10 * time.Minute // an older one is, whatever the clocks of two machines say
)

// Locks are the locks in a state directory. They are safe for concurrent use.
type Locks struct {
	// ReadOnly is set where nothing can be written. Then only what is there is looked at.
	ReadOnly bool

	dir  string
	lock func(*os.File, mode) error
	beat time.Duration // claimBeat

	mu   sync.Mutex
	held map[string]bool // lock files held by these Locks
}

// In returns the locks in a directory.
func In(dir string) *Locks {
	return &Locks{dir: dir, lock: lockFile, beat: claimBeat, held: map[string]bool{}}
}

// IsFile reports whether a file with that name is one of this package.
func IsFile(name string) bool {
	return strings.HasSuffix(name, lockSuffix) || strings.HasSuffix(name, claimSuffix)
}
