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

func TestThePartsAreTheWhole(t *testing.T) {
	cases := []int{0, 1, 2, 3, 4, 5, 6}
	if all, name := draw.Part(t, cases); len(all) != len(cases) || name != "" {
		t.Errorf("%v, %q", all, name)
	}
	seen := map[int]int{}
	for _, part := range []string{"1/3", "2/3", "3/3"} {
		t.Setenv("AUTHPOCKET_PART", part)
		chosen, name := draw.Part(t, cases)
		if name != ", part "+part || len(chosen) < 2 {
			t.Errorf("%s: %v, %q", part, chosen, name)
		}
		for _, one := range chosen {
			seen[one]++
		}
	}
	for _, one := range cases {
		if seen[one] != 1 {
			t.Errorf("%d was chosen %d times", one, seen[one])
		}
	}
}
