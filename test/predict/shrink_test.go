package predict_test

import (
	"flag"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawn returns the world of a seed.
func drawn(seed int) world { return worlds().Example(seed) }

// smallest plays the world of the seed, and ever smaller ones in which the prediction is wrong about the same. It fails
// the test with the smallest.
func smallest(t rapid.TB, s *server, foresee predictor, seed int, what string,
	patience time.Duration) {
	t.Helper()
	ctx, checks := t.(testing.TB).Context(), "1"
	if testing.Short() {
		checks = "5" // of which rapid then makes one
	}
	for name, value := range map[string]string{"rapid.seed": strconv.Itoa(seed), "rapid.checks": checks,
		"rapid.nofailfile": "true", "rapid.shrinktime": patience.String()} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		w := worlds().Draw(r, "world")
		p, h, err := s.play(ctx, w)
		if err != nil {
			return // a smaller world that PocketBase does not take
		}
		f := foresee(p)
		if wrong := differences(f, h); f.Unknown == "" && len(wrong) > 0 && wrong[0].what == what {
			r.Logf("\n%s\n%s", words(wrong), story(seed, w, f, h))
			r.Fatal("wrong: " + what) // always the same words, or rapid takes it for another failure
		}
	})
}
