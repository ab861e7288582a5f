package predict_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/test/draw"
)

const (
	few, many = 200, 5000
	// shrunk is how many wrong predictions are reduced to the smallest world; further ones are only listed.
	shrunk, listed = 3, 30
)

// TestWorlds holds the prediction against sign-ins to the PocketBase that this module requires. Predictions that have
// one mistake each must be found wrong in the same worlds.
func TestWorlds(t *testing.T) {
	t.Parallel()
	s := inProcess(t)
	if text := os.Getenv("AUTHPOCKET_WORLD"); text != "" {
		seed, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("AUTHPOCKET_WORLD: %v", err)
		}
		again(t, s, seed)
		return
	}
	counted, caught := newTally(), map[string]int{}
	if err := counted.play(t.Context(), s, catching(caught), number(t), seeds(t)); err != nil {
		t.Fatal(err)
	}
	draw.Report(t, "PocketBase %s: %v", s.version, counted)
	t.Logf("outcomes and refusals:\n%s", counted.details())
	for _, lack := range counted.thin() {
		t.Error(lack)
	}
	counted.report(t, s)
	if counted.worlds >= few && len(counted.wrong) == 0 {
		wantCaught(t, caught, counted.worlds)
	}
}

// seeds returns the source of the worlds: the same ones for the usual number, others each time for more, which look for
// what no prediction has got right yet.
func seeds(t testing.TB) *rand.Rand {
	t.Helper()
	if os.Getenv("AUTHPOCKET_WORLDS") == "" && !draw.All() {
		return rand.New(rand.NewPCG(2026, 13)) // #nosec G404 -- a test that can be repeated
	}
	return draw.Rand(t)
}

// number returns how many worlds to play.
func number(t testing.TB) int {
	t.Helper()
	if text := os.Getenv("AUTHPOCKET_WORLDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			t.Fatalf("AUTHPOCKET_WORLDS=%s", text)
		}
		return n
	}
	if draw.All() {
		return many
	}
	return few
}

// inProcess returns the PocketBase that this module requires.
func inProcess(t *testing.T) *server {
	t.Helper()
	s := pbtest.Start(t)
	return newServer(t, s.URL(), s.Token(), required(t))
}

// again plays one world, and smaller ones if its prediction is wrong.
func again(t *testing.T, s *server, seed int) {
	t.Helper()
	f, err := look(t.Context(), s, foresee, seed, drawn(seed))
	if err != nil {
		t.Fatalf("%v\n%s", err, drawn(seed))
	}
	t.Logf("\n%s", f)
	if len(f.differences) > 0 {
		t.Errorf("%s\nThe smallest world:\n%s", words(f.differences), smallest(t.Context(), s, foresee, f))
	}
}

// play plays n worlds. It draws another for one that PocketBase does not take.
func (t *tally) play(ctx context.Context, s *server, foresee predictor, n int, seeds *rand.Rand) error {
	for last := t.worlds + n; t.worlds < last; {
		seed := int(seeds.Uint64()>>2) | 1 // rapid takes 0 for a random one
		f, err := look(ctx, s, foresee, seed, drawn(seed))
		if errors.Is(err, errVoid) {
			if t.void++; t.void > 20+t.worlds {
				return fmt.Errorf("PocketBase takes too few worlds: %w\n%s", err, drawn(seed))
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("AUTHPOCKET_WORLD=%d: %w\n%s", seed, err, drawn(seed))
		}
		t.add(f)
	}
	return nil
}

// report fails the test for every wrong prediction, and shows the smallest worlds in which the first ones are wrong.
func (t *tally) report(test *testing.T, s *server) {
	test.Helper()
	for i, f := range t.wrong {
		switch {
		case i < shrunk:
			test.Errorf("wrong:\n%s\n%sThe smallest world:\n%s", words(f.differences), f,
				smallest(test.Context(), s, foresee, f))
		case i < listed:
			test.Errorf("wrong:\n%s\n%s", words(f.differences), f)
		}
	}
	if len(t.wrong) > listed {
		test.Errorf("%d further predictions are wrong", len(t.wrong)-listed)
	}
}

// String tells the world, what was predicted, and what happened.
func (f found) String() string {
	return fmt.Sprintf("  %-14s %d\n%s  %-14s %s\n  %-14s %s\n", "from the seed", f.seed, f.world, "predicted",
		inline(f.foreseen), "happened", inline(f.happened))
}

func words(list []difference) string {
	var texts []string
	for _, one := range list {
		texts = append(texts, fmt.Sprintf("%s: predicted %v, happened %v", one.what, one.predicted, one.happened))
	}
	return strings.Join(texts, "\n")
}
