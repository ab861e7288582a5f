package lock

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The test binary also serves as the other processes of these tests.
func TestMain(m *testing.M) {
	switch dir := os.Getenv("LOCK_DIR"); os.Getenv("LOCK_CHILD") {
	case "lock":
		childLocks(In(dir))
	case "unlocked":
		childLocks(unlocked(dir))
	default:
		goleak.VerifyTestMain(m)
	}
}
