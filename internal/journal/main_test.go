package journal

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary also serves as the other processes of these tests.
func TestMain(m *testing.M) {
	switch os.Getenv("JOURNAL_CHILD") {
	case "lock":
		childLocks()
	case "write":
		childWrites()
	default:
		goleak.VerifyTestMain(m)
	}
}
