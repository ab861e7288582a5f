package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// leastCases is how many cases the whole matrix has at least. It does not
// shrink.
const leastCases = 500

// quickCases is how many of them a plain go test plays.
const quickCases = 500

// everything tells whether all cases are asked for, and not a selection.
func everything() bool { return os.Getenv("AUTHPOCKET_FAULTS") == "all" }

// seed draws the selection. AUTHPOCKET_SEED plays an earlier one again.
func seed(t testing.TB) *rand.Rand {
	n := uint64(time.Now().UnixNano())
	if text := os.Getenv("AUTHPOCKET_SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("AUTHPOCKET_SEED: %v", err)
		}
	}
	t.Logf("seed: AUTHPOCKET_SEED=%d", n)
	return rand.New(rand.NewPCG(n, n))
}

func TestEveryCallTimesEveryFault(t *testing.T) {
	began := time.Now()
	first := newLab(t)
	all, calls := matrix(t, first)
	if len(all) < leastCases && os.Getenv("AUTHPOCKET_FAULT")+os.Getenv("AUTHPOCKET_SCENARIO") == "" {
		t.Errorf("the matrix has %d cases, fewer than %d", len(all), leastCases)
	}
	chosen := choose(seed(t), all)
	torn := playAll(t, []*lab{first, newLab(t)}, chosen)
	report(t, "fault matrix: %d calls of %d runs, %d cases, %d played, %d torn, %.0f s", calls, len(scenarios()), len(all), len(chosen), torn, time.Since(began).Seconds())
}

// matrix records all runs and crosses their calls with the faults.
func matrix(t *testing.T, l *lab) (cases []disturbed, calls int) {
	t.Helper()
	for _, s := range scenarios() {
		if only := os.Getenv("AUTHPOCKET_SCENARIO"); !strings.Contains(s.name, only) {
			continue
		}
		b, err := l.record(s)
		if err != nil {
			t.Errorf("%s, undisturbed: %v", s.name, err)
		}
		calls += len(b.calls)
		for _, at := range b.calls {
			writes := changes(at.what)
			for _, f := range faults() {
				if f.writes && !writes || !strings.Contains(f.name, os.Getenv("AUTHPOCKET_FAULT")) {
					continue
				}
				cases = append(cases, disturbed{baseline: b, at: at, fault: f, undo: s.undo})
			}
		}
	}
	return cases, calls
}

// choose draws cases, at least a third of them at writes.
func choose(random *rand.Rand, all []disturbed) []disturbed {
	if everything() || len(all) <= quickCases {
		return all
	}
	var chosen []disturbed
	for _, i := range random.Perm(len(all)) {
		want := len(chosen) < quickCases*2/3 || changes(all[i].at.what)
		if want && len(chosen) < quickCases {
			chosen = append(chosen, all[i])
		}
	}
	return chosen
}

// playAll shares the cases among the labs, and counts those that go wrong.
func playAll(t *testing.T, labs []*lab, cases []disturbed) (torn int) {
	t.Helper()
	todo := make(chan disturbed)
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		first = map[string]int{}
	)
	for _, l := range labs {
		group.Go(func() {
			for d := range todo {
				began := time.Now()
				err := l.play(d)
				if took := time.Since(began); took > 3*time.Second {
					t.Logf("%s took %v", d, took)
				}
				if err == nil {
					continue
				}
				mu.Lock()
				torn++
				kind := fmt.Sprintf("%.80s", err.Error())
				if first[kind]++; first[kind] <= 3 {
					t.Errorf("%s:\n%v", d, err)
				}
				mu.Unlock()
			}
		})
	}
	for _, d := range cases {
		todo <- d
	}
	close(todo)
	group.Wait()
	for kind, n := range first {
		t.Logf("%d times: %s", n, kind)
	}
	return torn
}
