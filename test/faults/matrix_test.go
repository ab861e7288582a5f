package faults_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/test/draw"
)

// leastCases is the minimum number of cases in the whole matrix. It must not
// shrink.
const leastCases = 500

func TestEveryCallTimesEveryFault(t *testing.T) {
	began := time.Now()
	first := newLab(t)
	all, calls := matrix(t, first)
	if len(all) < leastCases && os.Getenv("AUTHPOCKET_FAULT")+os.Getenv("AUTHPOCKET_SCENARIO") == "" {
		t.Errorf("the matrix has %d cases, fewer than %d", len(all), leastCases)
	}
	chosen, part := draw.Part(t, choose(draw.Rand(t), all))
	torn := playAll(t, []*lab{first, newLab(t)}, chosen)
	draw.Report(t, "fault matrix%s: %d of %d cases, at %d calls of %d runs, %d torn, %.0f s", part, len(chosen),
		len(all), calls, len(scenarios()), torn, time.Since(began).Seconds())
}

// matrix records all runs and combines their calls with the faults.
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

// choose draws one case of each fault in each run, every other one at a write
// where the run has any. A third of those are played: at least one of each fault, and one of each run.
func choose(random *rand.Rand, all []disturbed) []disturbed {
	if draw.All() {
		return all
	}
	var chosen []disturbed
	places := map[string]int{}
	for _, i := range random.Perm(len(all)) {
		kind := all[i].name + " / " + all[i].fault.name
		place, found := places[kind]
		switch {
		case !found:
			places[kind] = len(chosen)
			chosen = append(chosen, all[i])
		case place%2 == 0 && changes(all[i].at.what) && !changes(chosen[place].at.what):
			chosen[place] = all[i]
		}
	}
	// The first of a run and the first of a fault are kept, whatever else is.
	kept, rest, seen := []disturbed{}, []disturbed{}, map[string]bool{}
	for _, c := range chosen {
		if seen[c.name] && seen["/"+c.fault.name] {
			rest = append(rest, c)
		} else {
			kept = append(kept, c)
		}
		seen[c.name], seen["/"+c.fault.name] = true, true
	}
	return append(kept, rest[:max(0, len(chosen)/3-len(kept))]...)
}

// playAll distributes the cases among the labs and counts the failures.
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
