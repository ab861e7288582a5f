package journal

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary also serves as the other process of these tests.
func TestMain(m *testing.M) {
	if os.Getenv("JOURNAL_CHILD") == "write" {
		childWrites()
		return
	}
	goleak.VerifyTestMain(m)
}
