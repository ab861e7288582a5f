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

func TestSomeHasEveryKind(t *testing.T) {
	all := []string{"a1", "a2", "a3", "b1", "b2", "c1"}
	kind := func(s string) string { return s[:1] }
	for _, seed := range []string{"1", "2", "3"} {
		t.Setenv("AUTHPOCKET_SEED", seed)
		t.Setenv("AUTHPOCKET_ALL", "")
		for n, want := range map[int]int{1: 3, 4: 4, 9: 6} {
			kinds, items := map[string]bool{}, map[string]bool{}
			for _, one := range draw.Some(t, all, n, kind) {
				kinds[kind(one)], items[one] = true, true
			}
			if len(kinds) != 3 || len(items) != want {
				t.Errorf("%d: %v", n, items)
			}
		}
		t.Setenv("AUTHPOCKET_ALL", "1")
		if some := draw.Some(t, all, 1, kind); len(some) != len(all) {
			t.Errorf("a full run has %v", some)
		}
	}
}

func TestEveryNthIsDrawn(t *testing.T) {
	t.Setenv("AUTHPOCKET_ALL", "")
	for _, seed := range []string{"1", "2", "3"} {
		t.Setenv("AUTHPOCKET_SEED", seed)
		some := draw.Every(t, "numbers", 12, 4)
		if len(some) != 3 || some[0] > 3 || some[1] != some[0]+4 || some[2] != some[1]+4 {
			t.Errorf("%v", some)
		}
	}
	t.Setenv("AUTHPOCKET_ALL", "1")
	if all := draw.Every(t, "numbers", 12, 4); len(all) != 12 || all[11] != 11 {
		t.Errorf("a full run has %v", all)
	}
}

func TestReportsAreCollected(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report")
	t.Setenv("AUTHPOCKET_REPORT", path)
	draw.Report(t, "%d of %d", 1, 2)
	t.Setenv("AUTHPOCKET_ALL", "")
	draw.Every(t, "numbers", 12, 4)
	if text, err := os.ReadFile(path); err != nil || string(text) != "1 of 2\nnumbers: 3 of 12\n" {
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
