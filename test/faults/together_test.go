package faults_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/test/draw"
)

// rounds is how often two engines work on one link concurrently, with one state
// directory and with two.
const rounds = 200

// quickRounds is the same for a plain go test.
const quickRounds = 6

// meeting is what two engines do concurrently.
type meeting struct {
	name    string
	prepare func(*lab)
	ops     [2]planner
	specs   [2]func(*lab) link.Spec
}

type planner = func(*engine.Engine, context.Context, link.Spec) (link.Plan, error)

func meetings() []meeting {
	apply, rotate := (*engine.Engine).Plan, (*engine.Engine).Rotation
	return []meeting{
		{"both make the link", nothing, [2]planner{apply, apply}, [2]func(*lab) link.Spec{newLink, newLink}},
		{"both rotate", linked, [2]planner{rotate, rotate}, [2]func(*lab) link.Spec{newLink, newLink}},
		{"one renames, one rotates", linked, [2]planner{apply, rotate}, [2]func(*lab) link.Spec{renamed, newLink}},
		{"both change the secret", linked, [2]planner{apply, apply}, [2]func(*lab) link.Spec{secretly("one"),
			secretly("two")}},
	}
}

// renamed returns a spec with another name for PocketBase's button.
func renamed(l *lab) link.Spec {
	s := newLink(l)
	s.PocketBase.DisplayName = new("Company")
	return s
}

// secretly returns a spec with a given client secret.
func secretly(whose string) func(*lab) link.Spec {
	return func(l *lab) link.Spec {
		s := newLink(l)
		s.Provider.ClientSecret = new(secret.New("a client secret of the admin " + whose))
		return s
	}
}

// Two engines work on one link at the same time: as two tabs or processes on one
// machine, and as two separate machines. After one more run everything is right.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	n := quickRounds
	if draw.All() {
		n = rounds
	}
	for _, machines := range []int{1, 2} {
		began := time.Now()
		var all tally
		torn := 0
		for i := range n {
			m := meetings()[i%len(meetings())]
			if err := l.meet(m, machines, &all); err != nil {
				torn++
				t.Errorf("%s, %d machines:\n%v", m.name, machines, err)
			}
		}
		draw.Report(t, "two engines at once, %d machines: %d of %d rounds, %s, %d torn, %.0f s", machines, n, rounds,
			&all, torn, time.Since(began).Seconds())
	}
}

// tally counts how runs ended.
type tally struct{ done, locked, stale, other int }

func (a *tally) String() string {
	return fmt.Sprintf("%d runs done, %d told of the lock, %d told of a change, %d told something else", a.done,
		a.locked, a.stale, a.other)
}

func (a *tally) add(err error) {
	f, _ := errors.AsType[*report.Fault](err)
	switch {
	case err == nil:
		a.done++
	case errors.Is(err, journal.ErrLocked):
		a.locked++
	case f != nil && f.Kind == report.FaultStale:
		a.stale++
	default:
		a.other++
	}
}

// meet runs one round.
func (l *lab) meet(m meeting, machines int, all *tally) error {
	l.reset()
	defer l.clean()
	m.prepare(l)
	l.forget()
	foreign := l.foreign()
	l.authentik.shuffle(machines == 2)
	l.pb.shuffle(machines == 2)
	var (
		planned, ended sync.WaitGroup
		errs           [2]error
	)
	planned.Add(len(m.ops))
	for i, plan := range m.ops {
		r := &run{l: l, state: l.state()}
		if i == 1 && machines == 2 {
			r.state += "-of-another-machine"
		}
		once := sync.OnceFunc(planned.Done)
		meeting := operation{"meet", func(ctx context.Context, r *run, e *engine.Engine, s link.Spec) (err error) {
			r.plan, err = plan(e, ctx, s)
			once()
			planned.Wait() // both have planned before either writes
			if err != nil {
				return err
			}
			return e.Apply(ctx, r.plan, r.record)
		}}
		ended.Go(func() {
			defer once()
			errs[i] = r.start(meeting, m.specs[i](l))
		})
	}
	ended.Wait()
	l.authentik.shuffle(false)
	l.pb.shuffle(false)
	all.add(errs[0])
	all.add(errs[1])
	if errs[0] != nil && errs[1] != nil && machines == 1 {
		return fmt.Errorf("nobody got through: %w", errors.Join(errs[:]...))
	}
	return errors.Join(l.afterMeeting(m, foreign), worded(errs[0]), worded(errs[1]))
}

// afterMeeting runs once more and checks the result.
func (l *lab) afterMeeting(m meeting, foreign string) error {
	last := m.specs[0](l)
	last.Provider.ClientSecret = nil
	l.authentik.next(nil)
	if err := (&run{l: l}).start(applying(), last); err != nil {
		return fmt.Errorf("the run after it: %w", err)
	}
	got := l.capture()
	l.reset()
	m.prepare(l)
	l.undisturbed(applying(), last)
	want := l.capture()
	if got.text != want.text || !got.agree {
		return fmt.Errorf("in the end both sides agree: %v, and the systems differ from those of one run:\n%s",
			got.agree, difference(want.text, got.text))
	}
	return l.untouched(foreign)
}

// worded checks that an error says what to do.
func worded(err error) error {
	if err == nil {
		return nil
	}
	if list := report.Messages(err); len(list) == 0 || list[0].Summary.Empty() ||
		list[0].Advice(report.OnPage).Empty() {
		return fmt.Errorf("without words: %w", err)
	}
	return nil
}
