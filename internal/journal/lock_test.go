package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// child starts this test binary as another process.
func child(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Scanner, io.WriteCloser) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "JOURNAL_CHILD="+role, "JOURNAL_DIR="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	return cmd, bufio.NewScanner(out), in
}

// asking returns how to give a child a command and have its answer.
func asking(t *testing.T, out *bufio.Scanner, in io.Writer) func(line string) string {
	return func(line string) string {
		t.Helper()
		_, err := fmt.Fprintln(in, line)
		must(t, err)
		if !out.Scan() {
			t.Fatalf("the other process gave no answer to %q", line)
		}
		return out.Text()
	}
}

// childLocks takes and releases a link's lock on commands from stdin. with changes the store first.
func childLocks(with func(*Store)) {
	s, err := Open(os.Getenv("JOURNAL_DIR"))
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	with(s)
	unlock := func() {}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch word, key, _ := strings.Cut(in.Text(), " "); word {
		case "lock":
			give, err := s.Lock(context.Background(), key)
			if err == nil {
				unlock = give
			}
			fmt.Println(errors.Is(err, ErrLocked), err == nil)
		case "unlock":
			unlock()
			fmt.Println("done")
		}
	}
}

func TestTwoProcessesNeverHaveOneLink(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	key, other := Key("https://a.company", "https://p.company"), Key("https://a.company", "https://p2.company")
	cmd, out, in := child(t, "lock", dir)
	ask := asking(t, out, in)
	const busy, got = "true false", "false true"

	unlock, err := s.Lock(t.Context(), key)
	must(t, err)
	if answer := ask("lock " + key); answer != busy {
		t.Errorf("while this process has it, the other is told %s", answer)
	}
	if answer := ask("lock " + other); answer != got {
		t.Errorf("for another link the other process is told %s", answer)
	}
	ask("unlock")
	unlock()
	if answer := ask("lock " + key); answer != got {
		t.Errorf("once it is free, the other process is told %s", answer)
	}
	_, err = s.Lock(t.Context(), key)
	if said := words(t, err); !errors.Is(err, ErrLocked) || !strings.Contains(said, "right now") {
		t.Errorf("while the other has it, this process is told %v", err)
	}
	if running, err := s.running(key); !running || err != nil {
		t.Errorf("running: %v, %v", running, err)
	}

	must(t, cmd.Process.Kill()) // without releasing it
	_ = cmd.Wait()
	unlock, err = s.Lock(t.Context(), key)
	if err != nil {
		t.Fatalf("after a kill the lock stays: %v", err)
	}
	unlock()
}

func TestOneProcessHasALinkOnce(t *testing.T) {
	dir := t.TempDir()
	a, b := mustOpen(t, dir), mustOpen(t, dir)
	key := Key("https://a.company/", "https://p.company")
	unlock, err := a.Lock(t.Context(), key)
	must(t, err)
	for name, s := range map[string]*Store{"the same store": a, "another store": b} {
		if _, err := s.Lock(t.Context(), Key("https://a.company", "https://p.company/")); !errors.Is(err, ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
		if running, err := s.running(key); !running || err != nil {
			t.Errorf("%s: running is %v, %v", name, running, err)
		}
	}
	unlock()
	unlock2, err := b.Lock(t.Context(), key)
	must(t, err)
	unlock() // a second call does not release the new holder's lock
	if _, err := a.Lock(t.Context(), key); !errors.Is(err, ErrLocked) {
		t.Errorf("after a second unlock: %v", err)
	}
	unlock2()
	if running, err := a.running(key); running || err != nil {
		t.Errorf("at the end: %v, %v", running, err)
	}
}

func TestLockEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mustOpen(t, t.TempDir()).Lock(ctx, "key"); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
}

// Checking whether a link is locked must not keep others from locking it, and
// nobody can lock it twice.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	key := Key("https://a.company", "https://p.company")
	var inside, taken, lookers atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		s := mustOpen(t, dir)
		wg.Go(func() {
			for range 200 {
				unlock, err := s.Lock(t.Context(), key)
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil || inside.Add(1) != 1 {
					t.Errorf("two have it, or %v", err)
				}
				taken.Add(1)
				runtime.Gosched()
				inside.Add(-1)
				unlock()
			}
		})
	}
	wg.Wait()
	s, looker := mustOpen(t, dir), mustOpen(t, dir)
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := looker.running(key); err != nil {
					t.Error(err)
				}
				lookers.Add(1)
			}
		}
	})
	for range 300 {
		unlock, err := s.Lock(t.Context(), key)
		if err != nil {
			t.Fatalf("while others look: %v", err)
		}
		unlock()
	}
	close(stop)
	wg.Wait()
	t.Logf("taken %d times, looked %d times", taken.Load(), lookers.Load())
}
