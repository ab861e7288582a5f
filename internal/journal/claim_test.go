package journal

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
func unlocked(t *testing.T, dir string) *Store {
	t.Helper()
	s := mustOpen(t, dir)
	s.lock, s.beat = func(*os.File, lockMode) error { return nil }, 200*time.Millisecond
	return s
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
	s := unlocked(t, dir)
	key := Key("https://a.company", "https://p.company")
	cmd, out, in := child(t, "unlocked", dir)
	ask := asking(t, out, in)
	const refused, got = "true false", "false true"

	unlock, err := s.Lock(t.Context(), key)
	must(t, err)
	if answer := ask("lock " + key); answer != refused {
		t.Errorf("while this process has it, the other is told %s", answer)
	}
	unlock()
	if answer := ask("lock " + key); answer != got {
		t.Errorf("once it is free, the other is told %s", answer)
	}
	_, err = s.Lock(t.Context(), key)
	if said := words(t, err); !errors.Is(err, ErrLocked) || !strings.Contains(said, "granted its lock to both") ||
		!nothingWritten(err) {
		t.Errorf("while the other has it, this process is told %v", err)
	}
	must(t, cmd.Process.Kill()) // without giving the claim up
	_ = cmd.Wait()
	if left := claims(t, dir); len(left) != 1 {
		t.Fatalf("the killed process left %v", left)
	}
	s.beat = time.Hour // of this machine it is known that its process has ended: it does not wait
	unlock, err = s.Lock(soon(t), key)
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
	key := Key("https://a.company", "https://p.company")
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
			s := unlocked(t, dir)
			path := strings.TrimSuffix(s.lockPath(key), lockSuffix) + claimSuffix
			must(t, os.WriteFile(path, []byte(test.content), 0o600))
			must(t, os.Chtimes(path, time.Time{}, time.Now().Add(-test.age)))
			if !test.waits {
				s.beat = time.Hour
			}
			began := time.Now()
			unlock, err := s.Lock(soon(t), key)
			must(t, err)
			if waited := time.Since(began); test.waits && waited < claimBeats*s.beat {
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
	s := unlocked(t, t.TempDir())
	s.beat = time.Hour
	path := strings.TrimSuffix(s.lockPath("key"), lockSuffix) + claimSuffix
	must(t, os.WriteFile(path, nil, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := s.Lock(ctx, "key"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it says %v", err)
	}
	if !s.hold(s.lockPath("key")) {
		t.Error("it keeps the lock")
	}
}

// Without locks, the sweep of another process removes the temporary files of this one.
func TestASweptReceiptIsWrittenAgain(t *testing.T) {
	dir := t.TempDir()
	d := &swept{dir: dir, times: 2}
	s, err := open(dir, system{})
	must(t, err)
	s.disk = d
	r := mustBegin(t, s, smallPlan())
	if _, err := mustOpen(t, dir).Load(r.ID); err != nil || d.times != 0 {
		t.Errorf("it is swept %d times less: %v", d.times, err)
	}
	d.times = 3
	if err := r.AboutTo(0); !nothingWritten(err) && words(t, err) == "" {
		t.Errorf("it says %v", err)
	}
}

// swept is a disk whose temporary files are removed before they are renamed.
type swept struct {
	system
	dir   string
	times int
}

func (d *swept) Rename(from, to string) error {
	if d.times > 0 {
		d.times--
		if err := os.Remove(from); err != nil {
			return err
		}
	}
	return d.system.Rename(from, to)
}
