package engine_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// interrupted is a test sign-in that left its account behind, with the note of it.
type interrupted struct {
	*bench
	store  *journal.Store
	keeps  *engine.Engine // with the store
	d      link.Desired
	before report.Check
}

func newInterrupted(t *testing.T) *interrupted {
	t.Helper()
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	b.link(b.minimal())
	i := &interrupted{bench: b, store: store, keeps: b.connectKeeping(store)}
	if i.d, err = b.engine.Desire(t.Context(), new(b.minimal())); err != nil {
		t.Fatal(err)
	}
	app := b.box.PocketBase().App()
	refusal := app.OnRecordDelete("users").BindFunc(func(*core.RecordEvent) error { return http.ErrNotSupported })
	i.before, _ = i.keeps.SignIns.Run(t.Context(), &i.d, b.ada())
	app.OnRecordDelete("users").Unbind(refusal)
	if i.before.Status != report.Warn || b.accounts() != 1 || i.notes() != 1 {
		t.Fatalf("%+v, %d accounts, %d notes", i.before, b.accounts(), i.notes())
	}
	return i
}

// notes returns the number of notes in the state directory.
func (i *interrupted) notes() (n int) {
	i.t.Helper()
	entries, err := os.ReadDir(i.store.Dir())
	if err != nil {
		i.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "sign-in-") {
			n++
		}
	}
	return n
}

func TestTheNextTestDeletesWhatAnInterruptedOneLeft(t *testing.T) {
	i := newInterrupted(t)
	check, v := i.keeps.SignIns.Run(t.Context(), &i.d, i.ada())
	if check.Status != report.Pass || v == nil || !v.Works || i.accounts() != 0 || i.notes() != 0 ||
		!strings.Contains(check.Evidence.String(), "left behind is deleted") {
		t.Errorf("%+v, %d accounts, %d notes", check, i.accounts(), i.notes())
	}
}

// An account that may have been used since the test stays, and the check says so once.
func TestAnAccountThatWasUsedSinceTheTestStays(t *testing.T) {
	for name, use := range map[string]func(*interrupted){
		"the person signed in": func(i *interrupted) {
			if check, v := i.engine.SignIns.Run(t.Context(), &i.d, i.ada()); v == nil || !v.Works {
				t.Fatalf("%+v", check)
			}
		},
		"the log is gone": func(i *interrupted) {
			notes, err := i.store.SignIns(engine.Key(i.authentikURL, i.box.PocketBaseURL))
			if err != nil || len(notes) != 1 {
				t.Fatalf("%+v, %v", notes, err)
			}
			other := *notes[0]
			if err := notes[0].End(); err != nil {
				t.Fatal(err)
			}
			other.Started = time.Now().Add(time.Minute) // so that the log has nothing since then
			if _, err := i.store.BeginSignIn(other); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := newInterrupted(t)
			use(i)
			check, v := i.keeps.SignIns.Run(t.Context(), &i.d, i.ada())
			if check.Status != report.Warn || v == nil || !v.Works || check.Remedy.Empty() || i.accounts() != 1 ||
				i.notes() != 0 || !strings.Contains(check.Evidence.String(), "has signed in since") {
				t.Errorf("%+v, %d accounts, %d notes", check, i.accounts(), i.notes())
			}
			if check, _ = i.keeps.SignIns.Run(t.Context(), &i.d, i.ada()); check.Status != report.Pass ||
				i.accounts() != 1 {
				t.Errorf("the next test: %+v, %d accounts", check, i.accounts())
			}
		})
	}
}

// Two tests of one person at a time would take each other's account.
func TestOnePersonIsTestedOnceAtATime(t *testing.T) {
	i := newInterrupted(t)
	app := i.box.PocketBase().App()
	var second report.Check
	app.OnRecordAfterCreateSuccess("users").BindFunc(func(e *core.RecordEvent) error {
		second, _ = i.keeps.SignIns.Run(t.Context(), &i.d, i.ada())
		return e.Next()
	})
	if check, _ := i.keeps.SignIns.Run(t.Context(), &i.d, i.ada()); check.Status != report.Pass || i.accounts() != 0 {
		t.Errorf("%+v, %d accounts", check, i.accounts())
	}
	if second.Status != report.Skipped || !strings.Contains(second.Evidence.String(), "is testing") {
		t.Errorf("%+v", second)
	}
}
