package signins

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain also looks for goroutines that nobody waits for.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
