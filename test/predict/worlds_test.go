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
	"time"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/test/draw"
)

const (
	few, many = 300, 5000
	// shrunk is how many wrong predictions are reduced to the smallest world; further ones are only listed.
	shrunk, listed = 3, 30
	patience       = 20 * time.Second
)

// TestWorlds holds the prediction against sign-ins to the PocketBase that this module requires.
func TestWorlds(t *testing.T) {
	s := inProcess(t)
	if text := os.Getenv("AUTHPOCKET_WORLD"); text != "" {
		seed, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("AUTHPOCKET_WORLD: %v", err)
		}
		again(t, s, seed)
		return
	}
	counted := newTally()
	if err := counted.play(t.Context(), s, foresee, number(t), draw.Rand(t)); err != nil {
		t.Fatal(err)
	}
	draw.Report(t, "PocketBase %s: %v", s.version, counted)
	t.Logf("outcomes and refusals:\n%s", counted.details())
	for _, lack := range counted.thin() {
		t.Error(lack)
	}
	counted.report(t, s)
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
	w := drawn(seed)
	p, h, err := s.play(t.Context(), w)
	if err != nil {
		t.Fatalf("%v\n%s", err, w)
	}
	f := foresee(p)
	wrong := differences(f, h)
	t.Logf("\n%s", story(seed, w, f, h))
	if f.Unknown == "" && len(wrong) > 0 {
		t.Error(words(wrong))
		smallest(t, s, foresee, seed, wrong[0].what, patience)
	}
}

// play plays n worlds. It draws another for one that PocketBase does not take.
func (t *tally) play(ctx context.Context, s *server, foresee predictor, n int, seeds *rand.Rand) error {
	for last := t.worlds + n; t.worlds < last; {
		seed := int(seeds.Uint64()>>2) | 1 // rapid takes 0 for a random one
		w := drawn(seed)
		p, h, err := s.play(ctx, w)
		if errors.Is(err, errVoid) {
			if t.void++; t.void > 20+t.worlds {
				return fmt.Errorf("PocketBase takes too few worlds: %w\n%s", err, w)
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("AUTHPOCKET_WORLD=%d: %w\n%s", seed, err, w)
		}
		f := foresee(p)
		t.add(w, f, h)
		if wrong := differences(f, h); f.Unknown == "" && len(wrong) > 0 {
			t.wrong = append(t.wrong, mistake{seed: seed, differences: wrong, story: story(seed, w, f, h)})
		}
	}
	return nil
}

// report fails the test for every wrong prediction, and shows the smallest worlds in which the first ones are wrong.
func (t *tally) report(test *testing.T, s *server) {
	test.Helper()
	for i, m := range t.wrong {
		if i < listed {
			test.Errorf("%s\n%s", words(m.differences), m.story)
		}
	}
	for i, m := range t.wrong {
		if i < shrunk {
			test.Run(fmt.Sprintf("smallest of %d", m.seed), func(test *testing.T) {
				smallest(test, s, foresee, m.seed, m.differences[0].what, patience)
			})
		}
	}
}

// story tells a world, what was predicted, and what happened.
func story(seed int, w world, f foreseen, h happened) string {
	return fmt.Sprintf("  AUTHPOCKET_WORLD=%d\n%s  %-14s %s\n  %-14s %s", seed, w, "predicted", inline(f), "happened",
		inline(h))
}

func words(list []difference) string {
	var texts []string
	for _, one := range list {
		texts = append(texts, fmt.Sprintf("%s: predicted %v, happened %v", one.what, one.predicted, one.happened))
	}
	return strings.Join(texts, "\n")
}
