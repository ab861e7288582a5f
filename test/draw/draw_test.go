package draw_test

import (
	"os"
	"path/filepath"
	"testing"

	"authpocket/test/draw"
)

func TestASeedRepeatsTheChoice(t *testing.T) {
	t.Setenv("AUTHPOCKET_SEED", "7")
	first, second := draw.Rand(t).Perm(50), draw.Rand(t).Perm(50)
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("%v, then %v", first, second)
		}
	}
}

func TestReportsAreCollected(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report")
	t.Setenv("AUTHPOCKET_REPORT", path)
	draw.Report(t, "%d of %d", 1, 2)
	draw.Report(t, "%d of %d", 3, 4)
	if text, err := os.ReadFile(path); err != nil || string(text) != "1 of 2\n3 of 4\n" {
		t.Errorf("%q, %v", text, err)
	}
}
