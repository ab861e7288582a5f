package lock

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
	cmd.Env = append(os.Environ(), "LOCK_CHILD="+role, "LOCK_DIR="+dir)
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

// childLocks takes and releases a link's lock on commands from stdin.
func childLocks(l *Locks) {
	unlock := func() {}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch word, key, _ := strings.Cut(in.Text(), " "); word {
		case "lock":
			give, err := l.Lock(context.Background(), key)
			if err == nil {
				unlock = give
			}
			fmt.Println(errors.Is(err, ErrBusy) || errors.Is(err, ErrNotHonoured), err == nil)
		case "unlock":
			unlock()
			fmt.Println("done")
		}
	}
}

func TestTwoProcessesNeverHaveOneLink(t *testing.T) {
	dir := t.TempDir()
	l := In(dir)
	const key, other = "https://a.company https://p.company", "https://a.company https://p2.company"
	cmd, out, in := child(t, "lock", dir)
	ask := asking(t, out, in)
	const busy, got = "true false", "false true"

	unlock, err := l.Lock(t.Context(), key)
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
	_, err = l.Lock(t.Context(), key)
	if !errors.Is(err, ErrBusy) {
		t.Errorf("while the other has it, this process is told %v", err)
	}
	if held, err := l.Held(key); !held || err != nil {
		t.Errorf("held: %v, %v", held, err)
	}

	must(t, cmd.Process.Kill()) // without releasing it
	_ = cmd.Wait()
	unlock, err = l.Lock(t.Context(), key)
	if err != nil {
		t.Fatalf("after a kill the lock stays: %v", err)
	}
	unlock()
}

func TestLockEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := In(t.TempDir()).Lock(ctx, "key"); !errors.Is(err, context.Canceled) {
		t.Errorf("it says %v", err)
	}
}

// Checking whether a link is locked must not keep others from locking it, and
// nobody can lock it twice.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	const key = "https://a.company https://p.company"
	var inside, taken, lookers atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		l := In(dir)
		wg.Go(func() {
			for range 200 {
				unlock, err := l.Lock(t.Context(), key)
				if errors.Is(err, ErrBusy) {
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
	l, looker := In(dir), In(dir)
	stop := make(chan struct{})
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := looker.Held(key); err != nil {
					t.Error(err)
				}
				lookers.Add(1)
			}
		}
	})
	for range 300 {
		unlock, err := l.Lock(t.Context(), key)
		if err != nil {
			t.Fatalf("while others look: %v", err)
		}
		unlock()
	}
	close(stop)
	wg.Wait()
	t.Logf("taken %d times, looked %d times", taken.Load(), lookers.Load())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
