package signins

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain also looks for leaked goroutines.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
