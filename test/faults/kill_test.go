package faults_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/test/draw"
)

// leastKills is the minimum number of kills. It must not shrink.
const leastKills = 100

// quickKills is how many of them a plain go test runs.
const quickKills = 12

// killed is a case: the binary is killed at one call and run again.
type killed struct {
	baseline
	at    call
	after bool // after the system has carried the call out
	lost  bool // the state directory is lost along with it
}

func (k killed) String() string {
	name := k.name + " / killed "
	if k.after {
		name += "after "
	} else {
		name += "before "
	}
	name += k.at.String()
	if k.lost {
		name += " / journal lost"
	}
	return name
}

// TestKilledAtEveryWrite ends the real binary with SIGKILL before and after
// every write, and before the call that follows it.
func TestKilledAtEveryWrite(t *testing.T) {
	began := time.Now()
	b := buildBinary(t)
	first := newLab(t)
	all := kills(t, first)
	if len(all) < leastKills {
		t.Errorf("there are %d kills, fewer than %d", len(all), leastKills)
	}
	chosen := all
	if !draw.All() {
		chosen = nil
		for _, i := range draw.Rand(t).Perm(len(all))[:quickKills] {
			chosen = append(chosen, all[i])
		}
	}
	chosen, part := draw.Part(t, chosen)
	torn := killAll(t, b, []*lab{first, newLab(t)}, chosen)
	draw.Report(t, "kills of the binary%s: %d of %d, %d torn, %.0f s", part, len(chosen), len(all), torn,
		time.Since(began).Seconds())
}

// kills returns all cases.
func kills(t *testing.T, l *lab) (cases []killed) {
	t.Helper()
	for _, s := range scenarios() {
		if s.op.name == "plan" || s.op.name == "verify" {
			continue
		}
		b, err := l.record(s)
		if err != nil {
			t.Errorf("%s, undisturbed: %v", s.name, err)
		}
		for _, at := range b.calls {
			if !changes(at.what) {
				continue
			}
			for _, lost := range []bool{false, true} {
				cases = append(cases, killed{b, at, false, lost}, killed{b, at, true, lost})
			}
		}
	}
	return cases
}

func killAll(t *testing.T, b binary, labs []*lab, cases []killed) (torn int) {
	t.Helper()
	var mu sync.Mutex
	share(labs, cases, func(l *lab, k killed) {
		if err := l.kill(b, k); err != nil {
			mu.Lock()
			defer mu.Unlock()
			torn++
			t.Errorf("%s:\n%v", k, err)
		}
	})
	return torn
}

// share plays the cases in the labs, one at a time in each.
func share[C any](labs []*lab, cases []C, play func(*lab, C)) {
	todo := make(chan C)
	var group sync.WaitGroup
	for _, l := range labs {
		group.Go(func() {
			for c := range todo {
				play(l, c)
			}
		})
	}
	for _, c := range cases {
		todo <- c
	}
	close(todo)
	group.Wait()
}

// kill runs the case and returns everything that is wrong.
func (l *lab) kill(b binary, k killed) error {
	l.prepare(k.scenario)
	defer l.clean()
	l.forget()
	foreign := l.foreign()
	file := l.fileOf(k.scenario)
	out, code, err := b.run(l, k.op.name, file, &fault{name: "kill", after: k.after}, k.at)
	if err != nil || code != -1 {
		return fmt.Errorf("the process was not killed: code %d, %w\n%s", code, err, out)
	}
	wrong := []error{leaks(out, l.secrets(&run{}))}
	if k.lost {
		l.clean()
	}
	command, end := k.op.name, k.end
	if k.lost && command == "undo" { // what is to be undone stands nowhere any more: the link can be made whole again
		out, code, err := b.run(l, command, file, nil, call{})
		if err != nil || code != 1 || !strings.Contains(out, "no receipt") {
			wrong = append(wrong, fmt.Errorf("an undo without receipts: code %d, %w\n%s", code, err, out))
		}
		command, end = "apply", k.start
	}
	out, code, err = b.run(l, command, file, nil, call{})
	if err != nil || code != 0 {
		return errors.Join(append(wrong, fmt.Errorf("the second run: code %d, %w\n%s", code, err, out))...)
	}
	if !k.lost && !strings.Contains(out, "interrupted") {
		wrong = append(wrong, fmt.Errorf("the second run does not tell of the first:\n%s", out))
	}
	wrong = append(wrong, leaks(out, l.secrets(&run{})), l.same("after the second run", end), l.sentOnce(), l.tidy(),
		l.untouched(foreign))
	if k.undo && !k.lost {
		out, code, err := b.run(l, "undo", file, nil, call{})
		if err != nil || code != 0 {
			wrong = append(wrong, fmt.Errorf("the undo: code %d, %w\n%s", code, err, out))
		}
		wrong = append(wrong, l.same("after the undo", k.start))
	}
	return errors.Join(wrong...)
}

// fileOf returns the link file of a scenario.
func (l *lab) fileOf(s scenario) string {
	fresh, changed := l.linkFiles()
	if s.spec(l).Provider.ClientID != nil {
		return changed
	}
	return fresh
}
