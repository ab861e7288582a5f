package predict_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/test/draw"
)

const (
	few, many = 300, 5000
	// shrunk is how many wrong predictions are reduced to the smallest world; further ones are only named.
	shrunk = 3
	listed = 20
)

// TestWorlds holds the prediction against sign-ins to the PocketBase that this module requires.
func TestWorlds(t *testing.T) {
	s := inProcess(t)
	if seed := os.Getenv("AUTHPOCKET_WORLD"); seed != "" {
		number, err := strconv.Atoi(seed)
		if err != nil {
			t.Fatalf("AUTHPOCKET_WORLD: %v", err)
		}
		shrink(t, s, foresee, number)
		return
	}
	counted := compare(t, s, foresee, number(t), draw.Rand(t))
	for _, lack := range counted.thin() {
		t.Error(lack)
	}
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

// inProcess returns the PocketBase of this module.
func inProcess(t *testing.T) *server {
	t.Helper()
	s := pbtest.Start(t)
	return &server{url: s.URL(), token: s.Token(), version: "0.39.11", client: newClient(t), openID: newOpenID(t)}
}

// compare plays n worlds and fails the test for every wrong prediction. It plays another for one that PocketBase does
// not take.
func compare(t *testing.T, s *server, foresee predictor, n int, seeds *rand.Rand) *tally {
	t.Helper()
	counted := newTally()
	for counted.worlds < n {
		seed := int(seeds.Uint64()>>2) | 1 // rapid takes 0 for a random one
		w := worlds().Example(seed)
		p, h, err := s.play(t.Context(), w)
		if errors.Is(err, errVoid) {
			counted.void++
			if testing.Verbose() && os.Getenv("AUTHPOCKET_VOID") != "" {
				t.Logf("void: %v\n%s", err, w)
			}
			if counted.void > n {
				t.Fatalf("PocketBase takes no worlds: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("world %d: %v\n%s", seed, err, w)
		}
		f := foresee(p)
		counted.add(w, f, h)
		if wrong := differences(f, h); f.Unknown == "" && len(wrong) > 0 {
			counted.wrong++
			report(t, s, foresee, seed, counted.wrong, wrong)
		}
	}
	draw.Report(t, "%s %v", s.version, counted)
	t.Logf("outcomes and refusals:\n%s", counted.details())
	return counted
}

// report fails the test for a wrong prediction, the first times with the smallest world that shows it.
func report(t *testing.T, s *server, foresee predictor, seed, times int, wrong []string) {
	t.Helper()
	switch {
	case times <= shrunk:
		t.Run(fmt.Sprintf("world %d", seed), func(t *testing.T) { shrink(t, s, foresee, seed) })
	case times <= listed:
		t.Errorf("AUTHPOCKET_WORLD=%d: %s", seed, strings.Join(wrong, "; "))
	}
}

// shrink plays the world of the seed, and smaller ones if its prediction is wrong.
func shrink(t *testing.T, s *server, foresee predictor, seed int) {
	t.Helper()
	checks := "1"
	if testing.Short() {
		checks = "5" // of which rapid then makes one
	}
	for name, value := range map[string]string{"rapid.seed": strconv.Itoa(seed), "rapid.checks": checks,
		"rapid.nofailfile": "true", "rapid.shrinktime": "20s"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := worlds().Draw(rt, "world")
		p, h, err := s.play(t.Context(), w)
		if err != nil {
			rt.Logf("%v", err)
			return
		}
		f := foresee(p)
		if wrong := differences(f, h); f.Unknown == "" && len(wrong) > 0 {
			rt.Fatalf("%s\n%s", strings.Join(wrong, "\n"), story(seed, w, f, h))
		}
	})
}

// story tells a world, what was predicted, and what happened.
func story(seed int, w world, f foreseen, h happened) string {
	return fmt.Sprintf("AUTHPOCKET_WORLD=%d, or smaller:\n%s  %-14s %s\n  %-14s %s", seed, w, "predicted", inline(f),
		"happened", inline(h))
}
