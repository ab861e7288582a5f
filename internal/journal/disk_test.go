package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"authpocket/internal/say"
)

// faulty is a real disk with one failing call. With dead set every later call
// fails too, as after a kill. Syncs are recorded but, to save time, not done.
type faulty struct {
	system
	fail  int // the call that fails, counted from 1; 0 for none
	with  error
	dead  bool
	after bool // carry the call out before it fails
	calls []string
}

func (d *faulty) call(name string, do func() error) error {
	d.calls = append(d.calls, name)
	switch n := len(d.calls); {
	case d.fail == 0 || n < d.fail || (n > d.fail && !d.dead):
		return do()
	case n == d.fail && d.after:
		return errors.Join(d.with, do())
	}
	return d.with
}

func (d *faulty) Create(path string) (f file, err error) {
	err = d.call("create", func() error {
		var failed error
		f, failed = d.system.Create(path)
		return failed
	})
	if err != nil {
		if f != nil {
			_ = f.Close()
		}
		return nil, err
	}
	return &faultyFile{file: f, d: d}, nil
}

func (d *faulty) Rename(from, to string) error {
	return d.call("rename", func() error { return d.system.Rename(from, to) })
}

func (d *faulty) Remove(path string) error {
	return d.call("remove", func() error { return d.system.Remove(path) })
}

func (d *faulty) SyncDir(dir string) error {
	return d.call("sync directory", func() error { return nil })
}

type faultyFile struct {
	file
	d *faulty
}

// Write writes half of the data if it fails, like a full disk.
func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.d.call("write", func() error { return nil }); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f *faultyFile) Sync() error { return f.d.call("sync", func() error { return nil }) }

func (f *faultyFile) Close() error {
	return errors.Join(f.file.Close(), f.d.call("close", func() error { return nil }))
}

func TestAReceiptIsSyncedBeforeTheWriteItAnnounces(t *testing.T) {
	d := &faulty{}
	s, err := open(t.TempDir(), d)
	must(t, err)
	want := []string{"create", "write", "sync", "close", "rename", "sync directory"}
	var r *Receipt
	steps := []struct {
		name string
		do   func() error
	}{
		{"begin", func() (err error) { r, err = s.Begin(new(smallPlan()), meta()); return err }},
		{"about to", func() error { return r.AboutTo(0) }},
		{"failed", func() error { return r.Failed(0, say.Text{}, say.Text{}) }},
		{"about to", func() error { return r.AboutTo(0) }},
		{"done", func() error { return r.Done(0, Note{}) }},
		{"finish", func() error { return r.Finish(Completed) }},
	}
	for _, step := range steps {
		d.calls = nil
		must(t, step.do())
		if !slices.Equal(d.calls, want) {
			t.Errorf("%s: the disk saw %v", step.name, d.calls)
		}
	}
}

// life writes all steps of an apply.
func life(s *Store) (r *Receipt, reached string, err error) {
	if r, err = s.Begin(new(smallPlan()), meta()); err != nil {
		return nil, "begin", err
	}
	steps := []func() error{
		func() error { return r.AboutTo(0) }, func() error { return r.Done(0, Note{}) },
		func() error { return r.AboutTo(1) }, func() error { return r.Done(1, Note{}) },
		func() error { return r.Finish(Completed) },
	}
	for i, step := range steps {
		if err = step(); err != nil {
			return r, fmt.Sprint("step ", i), err
		}
	}
	return r, "end", nil
}

// Each disk call fails in turn, with each cause. There is a message for it, no
// temporary file, and the receipt is either the old or the new one.
func TestAnyFailingCallIsSaidAndLeavesNothingHalf(t *testing.T) {
	causes := map[error]string{
		errFull: "no space left", errQuota: "no space left", errReadOnly: "read-only",
		syscall.EACCES: "may not write", syscall.EIO: "cannot write receipts",
	}
	cases := 0
	for with, says := range causes {
		for fail := 1; ; fail++ {
			dir := t.TempDir()
			d := &faulty{fail: fail, with: with}
			s, err := open(dir, d)
			reached := "open"
			if err == nil {
				_, reached, err = life(s)
			}
			if len(d.calls) < fail {
				break
			}
			cases++
			at := fmt.Sprintf("%v at call %d (%s), %s", with, fail, d.calls[fail-1], reached)
			if err == nil {
				t.Errorf("%s: nothing was said", at)
				continue
			}
			said := wordsOf(t, err)
			if !strings.Contains(said, says) {
				t.Errorf("%s: it says %s", at, said)
			}
			if nothingWritten(err) != (reached == "open" || reached == "begin") {
				t.Errorf("%s: it says %s", at, said)
			}
			afterwards(t, at, dir, reached)
		}
	}
	t.Logf("%d failing calls", cases)
	if cases < 200 {
		t.Errorf("only %d failing calls were tried", cases)
	}
}

// afterwards reads what a failure left through another Store.
func afterwards(t *testing.T, at, dir, reached string) {
	t.Helper()
	receipts := 1
	if reached == "open" || reached == "begin" {
		receipts = 0
	}
	if strings.Contains(at, "(remove)") { // what could not be removed is removed later
		_, err := open(dir, &faulty{})
		must(t, err)
	}
	left := filesIn(t, dir)
	if len(left) != receipts ||
		slices.ContainsFunc(left, func(n string) bool { return strings.HasPrefix(n, tempPrefix) }) {
		t.Errorf("%s: there is %v", at, left)
	}
	s, err := open(dir, &faulty{})
	must(t, err)
	list, aside, err := s.List()
	if err != nil || len(aside) > 0 || len(list) != receipts {
		t.Errorf("%s: the list is %v, %v, %v", at, list, aside, err)
	}
}

// The process is killed before and after each call: nothing on disk is lost or
// unreadable, and the next process removes the leftovers.
func TestAKillAtAnyCallLeavesAReadableReceipt(t *testing.T) {
	cases := 0
	for _, after := range []bool{false, true} {
		for fail := 1; ; fail++ {
			dir := t.TempDir()
			d := &faulty{fail: fail, with: errors.New("killed"), dead: true, after: after}
			s, err := open(dir, d)
			var r *Receipt
			if err == nil {
				r, _, err = life(s)
			}
			if len(d.calls) < fail {
				break
			}
			cases++
			at := fmt.Sprintf("killed at call %d (%s, done %v)", fail, d.calls[fail-1], after)
			if err == nil {
				t.Errorf("%s: it went on", at)
			}
			s, err = open(dir, &faulty{})
			must(t, err)
			list, aside, err := s.List()
			if err != nil || len(aside) > 0 || len(list) > 1 {
				t.Errorf("%s: the list is %v, %v, %v", at, list, aside, err)
			}
			if r != nil && (len(list) != 1 || list[0].ID != r.ID || list[0].Done < summarise(r).Done) {
				t.Errorf("%s: what was on disk is not: %v", at, list)
			}
			if left := filesIn(t, dir); slices.ContainsFunc(left,
				func(n string) bool { return strings.HasPrefix(n, tempPrefix) }) {
				t.Errorf("%s: there is %v", at, left)
			}
		}
	}
	t.Logf("%d kills", cases)
	if cases < 80 {
		t.Errorf("only %d kills were tried", cases)
	}
}

func TestAFailedStepCanBeTakenAgain(t *testing.T) {
	d := &faulty{with: errFull}
	dir := t.TempDir()
	s, err := open(dir, d)
	must(t, err)
	r := mustBegin(t, s, smallPlan())
	d.calls, d.fail = nil, 3
	if err := r.AboutTo(0); wordsOf(t, err) == "" || r.Changes[0].State() != Waiting {
		t.Errorf("it says %v and is %q", err, r.Changes[0].State())
	}
	d.fail = 0
	must(t, r.AboutTo(0))
	must(t, r.Finish(Stopped))
	got, err := mustOpen(t, dir).Load(r.ID)
	must(t, err)
	if len(got.Changes[0].Steps) != 1 || got.End.Outcome != Stopped {
		t.Errorf("it holds %+v", got.Changes[0].Steps)
	}
}

func TestASweepLeavesAWritersFileAlone(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	temp := filepath.Join(dir, tempPrefix+"somebody's")
	must(t, os.WriteFile(temp, nil, 0o600))
	must(t, s.locks.Writing(func() error {
		mustOpen(t, dir) // during a write
		_, err := os.Stat(temp)
		return err
	}))
	mustOpen(t, dir)
	if left := filesIn(t, dir); len(left) > 0 {
		t.Errorf("there is %v", left)
	}
}
