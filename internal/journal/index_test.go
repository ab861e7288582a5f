package journal

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// What the index has read, it knows from then on as List does, whatever another program does with the files.
func TestTheIndexAgreesWithTheList(t *testing.T) {
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	other, err := open(s.Dir(), &faulty{})
	must(t, err)
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { at = at.Add(time.Second); return at }
	finished, _, err := life(s)
	must(t, err)
	open := mustBegin(t, s, smallPlan())
	agree := func(when string) []Summary {
		t.Helper()
		for range 2 {
			index, indexAside, err := s.Index()
			must(t, err)
			list, aside, err := s.List()
			must(t, err)
			if !reflect.DeepEqual(index, list) || len(indexAside) != len(aside) {
				t.Errorf("%s, the index is\n%+v and %v, the list\n%+v and %v", when, index, indexAside, list, aside)
			}
		}
		index, _, err := s.Index()
		must(t, err)
		return index
	}
	agree("with an unfinished receipt")
	must(t, open.AboutTo(0))
	agree("with a step")
	theirs, err := other.Load(open.ID)
	must(t, err)
	must(t, theirs.Finish(Dismissed))
	agree("finished by another program")
	path := filepath.Join(s.Dir(), finished.fileName())
	whole, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, whole[:len(whole)-5], 0o600))
	agree("after damage")
	must(t, os.WriteFile(path, whole, 0o600))
	if index := agree("restored"); len(index) != 2 {
		t.Errorf("there are %d receipts", len(index))
	}
	must(t, os.Remove(path))
	if index := agree("removed"); len(index) != 1 || index[0].ID != open.ID {
		t.Errorf("the index is %+v", index)
	}
}

// A finished receipt is decoded once, so that a run of many links does not read all receipts for each.
func TestTheIndexReadsAFinishedReceiptOnce(t *testing.T) {
	s, err := open(t.TempDir(), &faulty{})
	must(t, err)
	_, _, err = life(s)
	must(t, err)
	_, _, err = s.Index()
	must(t, err)
	index := testing.AllocsPerRun(5, func() { _, _, _ = s.Index() })
	list := testing.AllocsPerRun(5, func() { _, _, _ = s.List() })
	if index*10 > list {
		t.Errorf("the index allocates %.0f times, the list %.0f times", index, list)
	}
}
