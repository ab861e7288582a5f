// Package draw chooses what a quick test run plays: some of all cases, by a
// seed that is printed. AUTHPOCKET_SEED repeats a choice, and AUTHPOCKET_ALL=1
// plays everything.
package draw

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// All reports whether everything is to be played.
func All() bool { return os.Getenv("AUTHPOCKET_ALL") == "1" }

// Seed returns AUTHPOCKET_SEED, or a seed of its own, and logs it.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("AUTHPOCKET_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("AUTHPOCKET_SEED: %v", err)
		}
	}
	t.Logf("seed: AUTHPOCKET_SEED=%d", seed)
	return seed
}

// Rand returns what chooses by the seed.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	seed := Seed(t)
	return rand.New(rand.NewPCG(seed, seed))
}

// Report logs how much was played. Where AUTHPOCKET_REPORT names a file, the
// line is added to it: go test does not print the log of a test that passes.
func Report(t testing.TB, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	path := os.Getenv("AUTHPOCKET_REPORT")
	if path == "" {
		return
	}
	// #nosec G703 -- the person who runs the tests names the file
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatalf("reporting: %v", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := fmt.Fprintln(file, line); err != nil {
		t.Fatalf("reporting: %v", err)
	}
}
