package journal

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
)

// childWrites writes receipts as fast as it can and prints each step once the
// journal reports it on disk.
func childWrites() {
	fail := func(err error) {
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	s, err := Open(os.Getenv("JOURNAL_DIR"))
	fail(err)
	for {
		r, err := s.Begin(new(smallPlan()), meta())
		fail(err)
		fmt.Println(r.ID, -1, Waiting)
		for i := range r.Changes {
			fail(r.AboutTo(i))
			fmt.Println(r.ID, i, AboutTo)
			fail(r.Done(i, Note{IDs: map[link.Kind]string{"provider": "42"}}))
			fmt.Println(r.ID, i, Done)
		}
		fail(r.Finish(Completed))
	}
}

// childWriting starts this test binary as another process, which writes.
func childWriting(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_CHILD=write", "JOURNAL_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	return cmd, bufio.NewScanner(out)
}

// order ranks the states by progress.
func order(s State) int { return strings.Index("waiting about to done", string(s)) }

// A process is repeatedly killed while it writes to the same directory. All that
// was reported on disk is there, and everything is readable.
func TestAKilledProcessLeavesReadableReceipts(t *testing.T) {
	const rounds = 25
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	told := 0
	for round := range rounds {
		cmd, out := childWriting(t, dir)
		var id string
		var change int
		var state string
		for range 1 + rng.IntN(25) {
			if !out.Scan() {
				t.Fatalf("round %d: the process ended by itself", round)
			}
			if n, err := fmt.Sscan(out.Text(), &id, &change, &state); n < 3 {
				t.Fatalf("round %d: it says %q: %v", round, out.Text(), err)
			}
			_, state, _ = strings.Cut(strings.TrimPrefix(out.Text(), id+" "), " ")
			told++
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()

		s := mustOpen(t, dir)
		r, err := s.Load(id)
		if err != nil {
			t.Fatalf("round %d: what was on disk is gone: %v", round, err)
		}
		if change >= 0 && order(r.Changes[change].State()) < order(State(state)) {
			t.Errorf("round %d: change %d was %q on disk and is %q", round, change, state, r.Changes[change].State())
		}
		for _, name := range filesIn(t, dir) {
			if !strings.HasPrefix(name, receiptPrefix) || !strings.HasSuffix(name, receiptSuffix) {
				t.Errorf("round %d: there is %s", round, name)
			}
		}
		open, aside, err := s.Interrupted()
		if err != nil || len(aside) > 0 || len(open) > 2 {
			t.Errorf("round %d: interrupted are %v, %v, %v", round, open, aside, err)
		}
		for _, one := range open {
			r, err := s.Load(one.ID)
			must(t, err)
			must(t, r.Finish(Continued))
		}
	}
	list, aside, err := mustOpen(t, dir).List()
	if err != nil || len(aside) > 0 {
		t.Errorf("at the end: %v, %v", aside, err)
	}
	t.Logf("%d kills, %d steps told, %d receipts, all readable", rounds, told, len(list))
}
