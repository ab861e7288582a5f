package lock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unlocked opens a directory whose file system grants every lock to everybody.
func unlocked(dir string) *Locks {
	l := In(dir)
	l.lock, l.beat = func(*os.File, mode) error { return nil }, 200*time.Millisecond
	return l
}

// claims returns the claims in a directory.
func claims(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*"+claimSuffix))
	must(t, err)
	return found
}

// Of two processes with one directory, one changes the link, though the file system grants the lock to both.
func TestALockThatIsNotHonouredIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := unlocked(dir)
	const key = "https://a.company https://p.company"
	cmd, out, in := child(t, "unlocked", dir)
	ask := asking(t, out, in)
	const refused, got = "true false", "false true"

	unlock, err := l.Lock(t.Context(), key)
	must(t, err)
	if answer := ask("lock " + key); answer != refused {
		t.Errorf("while this process has it, the other is told %s", answer)
	}
	unlock()
	if answer := ask("lock " + key); answer != got {
		t.Errorf("once it is free, the other is told %s", answer)
	}
	_, err = l.Lock(t.Context(), key)
	if !errors.Is(err, ErrNotHonoured) {
		t.Errorf("while the other has it, this process is told %v", err)
	}
	must(t, cmd.Process.Kill()) // without giving the claim up
	_ = cmd.Wait()
	if left := claims(t, dir); len(left) != 1 {
		t.Fatalf("the killed process left %v", left)
	}
	l.beat = time.Hour // of this machine it is known that its process has ended: it does not wait
	unlock, err = l.Lock(soon(t), key)
	if err != nil {
		t.Fatalf("after a kill the claim stays: %v", err)
	}
	unlock()
	if left := claims(t, dir); len(left) > 0 {
		t.Errorf("there is %v", left)
	}
}

// soon returns a context that ends long before an hour.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Of a process of another machine it is not known whether it has ended.
func TestAClaimOfAnotherMachine(t *testing.T) {
	const key = "https://a.company https://p.company"
	for name, test := range map[string]struct {
		content string
		age     time.Duration
		waits   bool
	}{
		"just now":           {"another/machine 1 SOMEBODY 7\n", 0, true},
		"half written":       {"", 0, true},
		"by a newer version": {"{}", 0, true},
		"long ago":           {"another/machine 1 SOMEBODY 7\n", time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := unlocked(dir)
			path := strings.TrimSuffix(l.path(key), lockSuffix) + claimSuffix
			must(t, os.WriteFile(path, []byte(test.content), 0o600))
			must(t, os.Chtimes(path, time.Time{}, time.Now().Add(-test.age)))
			if !test.waits {
				l.beat = time.Hour
			}
			began := time.Now()
			unlock, err := l.Lock(soon(t), key)
			must(t, err)
			if waited := time.Since(began); test.waits && waited < claimBeats*l.beat {
				t.Errorf("it waits %s", waited)
			}
			unlock()
			if left := claims(t, dir); len(left) > 0 {
				t.Errorf("there is %v", left)
			}
		})
	}
}

func TestWaitingForAClaimEndsWithTheContext(t *testing.T) {
	l := unlocked(t.TempDir())
	l.beat = time.Hour
	path := strings.TrimSuffix(l.path("key"), lockSuffix) + claimSuffix
	must(t, os.WriteFile(path, nil, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := l.Lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it says %v", err)
	}
	if !l.hold(l.path("key")) {
		t.Error("it keeps the lock")
	}
}
