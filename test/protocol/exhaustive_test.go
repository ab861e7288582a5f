package protocol

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"
)

// tally counts the scenarios that ran.
type tally struct{ single, double, runs, calls int }

func (t *tally) add(o outcome) {
	t.runs += o.runs
	t.calls += o.calls
}

func (t tally) String() string {
	return fmt.Sprintf("%d single faults and %d pairs: %d scenarios, %d runs, %d calls", t.single, t.double, t.single+
		t.double, t.runs, t.calls)
}

// disturb runs s with every fault at every call and, with pairs, every second
// fault at every later call, until report returns false.
func disturb(s scenario, b bug, pairs bool, t *tally, report func(string, map[int]fault) bool) {
	every := variants()
	each := func(from int, before map[int]fault, visit func(map[int]fault) bool) bool {
		for at := from; ; at++ {
			for _, f := range every {
				faults := maps.Clone(before)
				faults[at] = f
				o := play(s, b, faults)
				if o.fired < len(faults) {
					return true // past the last call
				}
				t.add(o)
				if o.violation != "" && !report(o.violation, faults) || !visit(faults) {
					return false
				}
			}
		}
	}
	each(1, map[int]fault{}, func(one map[int]fault) bool {
		t.single++
		if !pairs {
			return true
		}
		at := slices.Collect(maps.Keys(one))[0]
		return each(at+1, one, func(map[int]fault) bool { t.double++; return true })
	})
}

func TestEveryFaultAndEveryPairOfFaults(t *testing.T) {
	begin := time.Now()
	var all tally
	var mu sync.Mutex
	t.Run("scenarios", func(t *testing.T) {
		for i, s := range scenarios() {
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel()
				own := exhaust(t, s, i%thin == 0)
				mu.Lock()
				defer mu.Unlock()
				all.single += own.single
				all.double += own.double
				all.runs += own.runs
				all.calls += own.calls
			})
		}
	})
	// The number of cases must not shrink.
	if all.single < 5_000 || thin == 1 && all.double < 300_000 {
		t.Errorf("only %s", all)
	}
	t.Logf("%d starts and things to do, %d kinds of fault: %s, in %v", len(scenarios()), kinds, all,
		time.Since(begin).Round(time.Millisecond))
}

func exhaust(t *testing.T, s scenario, pairs bool) (own tally) {
	if o := play(s, sound, nil); o.violation != "" {
		t.Fatalf("without a fault: %s", o.violation)
	}
	disturb(s, sound, pairs, &own, func(violation string, faults map[int]fault) bool {
		t.Errorf("%s after %v", violation, faults)
		return false
	})
	return own
}
