package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What is only read needs no directory that can be written, be it that it is read-only or that the disk is full.
func TestReceiptsAreReadWhereNothingCanBeWritten(t *testing.T) {
	for _, why := range []error{errReadOnly, errFull, os.ErrPermission} {
		dir := t.TempDir()
		s := mustOpen(t, dir)
		finished, _, err := life(s)
		must(t, err)
		running := mustBegin(t, s, smallPlan())
		unlock, err := s.Lock(t.Context(), running.Key())
		must(t, err)
		broken := filepath.Join(dir, receiptPrefix+"20260101T000000Z-broken"+receiptSuffix)
		must(t, os.WriteFile(broken, []byte("{"), 0o600))
		before := filesIn(t, dir)
		read, err := openToRead(dir, &faulty{fail: 1, with: why, dead: true})
		if err != nil {
			t.Fatalf("%v: %v", why, err)
		}
		for range 2 {
			list, aside, err := read.Index()
			must(t, err)
			if len(list) != 2 || len(aside) != 1 || aside[0].File != broken || !errors.Is(aside[0].Err, ErrUnreadable) {
				t.Errorf("%v: the list is %v and %v", why, list, aside)
			}
			for _, one := range list {
				if one.Running != (one.ID == running.ID) {
					t.Errorf("%v: the receipt %s is running: %v", why, one.ID, one.Running)
				}
			}
		}
		_, err = read.Load(finished.ID)
		must(t, err)
		if _, err := read.Begin(new(smallPlan()), meta()); !nothingWritten(err) {
			t.Errorf("%v: a receipt is begun: %v", why, err)
		}
		unlock()
		if left := filesIn(t, dir); len(left) != len(before)-1 { // without who held the lock
			t.Errorf("%v: there is %v, and was %v", why, left, before)
		}
	}
}

func TestWhatIsNotThereIsReadAsNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s, err := OpenToRead(dir)
	must(t, err)
	if list, aside, err := s.List(); err != nil || len(list)+len(aside) > 0 {
		t.Errorf("there is %v, %v, %v", list, aside, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory is made: %v", err)
	}
	if _, err := OpenToRead(filepath.Join(os.Args[0], "state")); err == nil {
		t.Error("a directory in a file is read")
	}
}
