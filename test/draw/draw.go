// Package draw selects the cases of a quick test run by a printed seed.
// AUTHPOCKET_SEED repeats a selection, AUTHPOCKET_ALL=1 runs everything, AUTHPOCKET_PART=K/N every N-th case of it.
package draw

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// All reports whether all cases should run.
func All() bool { return os.Getenv("AUTHPOCKET_ALL") == "1" }

// Seed returns AUTHPOCKET_SEED, or a random seed, and logs it.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed, err := ReadSeed()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed: AUTHPOCKET_SEED=%d", seed)
	return seed
}

// ReadSeed returns AUTHPOCKET_SEED, or a random seed.
func ReadSeed() (uint64, error) {
	text := os.Getenv("AUTHPOCKET_SEED")
	if text == "" {
		return rand.Uint64(), nil
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("AUTHPOCKET_SEED: %w", err)
	}
	return seed, nil
}

// Rand returns a generator for the seed.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	seed := Seed(t)
	return rand.New(rand.NewPCG(seed, seed))
}

// Part returns every N-th of the cases from the K-th on if AUTHPOCKET_PART is K/N, and all without it. The name of the
// part is for the report, and empty for all.
func Part[T any](t testing.TB, cases []T) (chosen []T, name string) {
	t.Helper()
	text := os.Getenv("AUTHPOCKET_PART")
	if text == "" {
		return cases, ""
	}
	k, n, ok := strings.Cut(text, "/")
	first, err := strconv.Atoi(k)
	every, err2 := strconv.Atoi(n)
	if !ok || err != nil || err2 != nil || first < 1 || first > every {
		t.Fatalf("AUTHPOCKET_PART is %q, not K/N with 1 ≤ K ≤ N", text)
	}
	for i := first - 1; i < len(cases); i += every {
		chosen = append(chosen, cases[i])
	}
	return chosen, ", part " + text
}

// Some returns n of all, chosen by the seed, or more if there are more kinds: it has one of every kind. In a full run
// it returns all.
func Some[T any](t testing.TB, all []T, n int, kind func(T) string) []T {
	t.Helper()
	if All() {
		return all
	}
	var chosen, rest []T
	seen := map[string]bool{}
	for _, i := range Rand(t).Perm(len(all)) {
		if k := kind(all[i]); seen[k] {
			rest = append(rest, all[i])
		} else {
			seen[k] = true
			chosen = append(chosen, all[i])
		}
	}
	return append(chosen, rest[:min(len(rest), max(0, n-len(chosen)))]...)
}

// Every returns every n-th number below count, the first chosen by the seed, and reports how many of what they are.
// In a full run it returns all numbers.
func Every(t testing.TB, what string, count, n int) []int {
	t.Helper()
	first := 0
	if All() {
		n = 1
	} else {
		first = Rand(t).IntN(n)
	}
	var numbers []int
	for i := first; i < count; i += n {
		numbers = append(numbers, i)
	}
	Report(t, "%s: %d of %d", what, len(numbers), count)
	return numbers
}

// Report logs how many cases ran. It also appends the line to the file
// AUTHPOCKET_REPORT, if set: go test does not print the logs of passing tests.
func Report(t testing.TB, format string, args ...any) {
	t.Helper()
	line := fmt.Sprintf(format, args...)
	t.Log(line)
	if err := Append(line); err != nil {
		t.Fatal(err)
	}
}

// Append appends a line to the file AUTHPOCKET_REPORT, if set.
func Append(line string) error {
	path := os.Getenv("AUTHPOCKET_REPORT")
	if path == "" {
		return nil
	}
	// #nosec G703 -- the person who runs the tests names the file
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("reporting: %w", err)
	}
	_, err = fmt.Fprintln(file, line)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("reporting: %w", err)
	}
	return nil
}
