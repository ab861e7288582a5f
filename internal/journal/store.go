package journal

import (
	"os"
	"sync"
	"time"
)

// Store holds the receipts of a state directory. It is safe for concurrent use,
// and several processes may have the same directory open.
type Store struct {
	dir  string
	disk disk
	now  func() time.Time
	lock func(*os.File, lockMode) error
	beat time.Duration // see claimBeat

	readOnly bool // nothing can be written, see OpenToRead

	mu       sync.Mutex
	held     map[string]bool     // lock files held by this Store
	finished map[string]finished // by file, see Index
}

// finished is a finished receipt that was read from a file.
type finished struct {
	file os.FileInfo
	Summary
}
