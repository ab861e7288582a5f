package journal

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The test binary also serves as the other processes of these tests.
func TestMain(m *testing.M) {
	switch os.Getenv("JOURNAL_CHILD") {
	case "lock":
		childLocks(func(*Store) {})
	case "unlocked":
		childLocks(func(s *Store) {
			s.lock, s.beat = func(*os.File, lockMode) error { return nil }, 200*time.Millisecond
		})
	case "write":
		childWrites()
	default:
		goleak.VerifyTestMain(m)
	}
}
