package journal

import (
	"os"
	"testing"
)

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
	if err := r.AboutTo(0); !nothingWritten(err) && wordsOf(t, err) == "" {
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
