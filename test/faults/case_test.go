package faults_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"authpocket/internal/journal"
	"authpocket/internal/report"
)

// baseline records an undisturbed run of a scenario.
type baseline struct {
	scenario
	start, end state
	calls      []call
	checks     report.Checks
}

// record runs a scenario without faults.
func (l *lab) record(s scenario) (baseline, error) {
	b := baseline{scenario: s}
	l.prepare(s)
	b.start = l.capture()
	r := l.undisturbed(s.op, s.spec(l))
	b.calls = append(l.authentik.calls(), l.pb.calls()...)
	b.end, b.checks = l.capture(), r.checks
	var errs []error
	if !b.end.agree {
		errs = append(errs, errors.New("the two sides have different credentials"))
	}
	if writes := slices.ContainsFunc(b.calls, func(c call) bool { return changes(c.what) }); !writes &&
		b.start.text != b.end.text {
		errs = append(errs, errors.New("a run without a write changed something"))
	}
	if s.undo {
		errs = append(errs, l.undone(b))
	}
	return b, errors.Join(errs...)
}

// undone undoes the newest receipt and compares both systems with their state
// before it.
func (l *lab) undone(b baseline) error {
	r := &run{l: l}
	if err := r.start(undoing(), b.spec(l)); err != nil {
		return fmt.Errorf("undoing: %w", err)
	}
	return l.same("after the undo", b.start)
}

func (l *lab) same(when string, want state) error {
	got := l.capture()
	switch {
	case got.text != want.text:
		return fmt.Errorf("%s the systems differ:\n%s", when, difference(want.text, got.text))
	case got.agree != want.agree:
		return fmt.Errorf("%s the two sides have different credentials", when)
	}
	return nil
}

// disturbed is a case: one call of a run fails, then the run is repeated.
type disturbed struct {
	baseline
	at    call
	fault fault
	undo  bool // undo it afterwards
}

func (d disturbed) String() string {
	return d.name + " / " + d.at.String() + " / " + d.fault.name
}

// play runs the case and returns everything that is wrong.
func (l *lab) play(d disturbed) error {
	l.prepare(d.scenario)
	defer l.clean()
	l.forget()
	foreign := l.foreign()
	first := &run{l: l, fault: &d.fault, at: d.at}
	err := first.start(d.op, d.spec(l))
	wrong := []error{l.checkMessages(d, first, err)}
	if err == nil && d.op.name != "verify" {
		wrong = append(wrong, l.same("after a run that says it went well", d.end))
	}
	if err == nil && d.op.name == "undo" { // repeating it would undo the previous apply
		return errors.Join(append(wrong, l.sentOnce(), l.tidy(), l.untouched(foreign))...)
	}
	second := &run{l: l}
	if err := second.start(d.op, d.spec(l)); err != nil {
		return errors.Join(append(wrong, fmt.Errorf("the second run: %w", err))...)
	}
	wrong = append(wrong, l.same("after the second run", d.end), l.sentOnce(), l.tidy(), l.untouched(foreign),
		sameChecks(d.checks, second.checks))
	if d.undo {
		wrong = append(wrong, l.undone(d.baseline))
	}
	return errors.Join(wrong...)
}

// untouched checks that foreign providers are unchanged.
func (l *lab) untouched(foreign string) error {
	if l.foreign() != foreign {
		return errors.New("the other providers of the collection are not what they were")
	}
	return nil
}

// forget drops the recorded calls.
func (l *lab) forget() {
	for _, p := range []*proxy{l.authentik, l.pb} {
		backend := p.backend
		p.reset()
		p.backend = backend
	}
}

// sentOnce checks that nothing was created twice: a successful create is not
// sent again.
func (l *lab) sentOnce() error {
	made := map[string]bool{}
	for _, p := range l.authentik.passed() {
		if !creates(p.what) {
			continue
		}
		key := p.what + naturalKey(p.body)
		if made[key] {
			return fmt.Errorf("%s was sent again after authentik had done it", key)
		}
		made[key] = p.status < 300 && !strings.Contains(p.answer, `"applied":false`)
	}
	return nil
}

// checkMessages checks the messages of a disturbed run: they name the disturbed
// system and the next step, and contain no secret.
func (l *lab) checkMessages(d disturbed, r *run, err error) error {
	if !r.struck.Load() {
		return errors.New("the call was never made")
	}
	printed := r.printed.String() + fmt.Sprint(r.checks)
	if err != nil {
		printed += err.Error()
	}
	for _, secret := range l.secrets(r) {
		if strings.Contains(printed, secret) {
			return fmt.Errorf("a secret was printed: %.12s…", secret)
		}
	}
	harmless := d.fault.harmless(d.at)
	switch {
	case err == nil && harmless && d.op.name == "verify":
		return sameChecks(d.checks, r.checks)
	case err == nil:
		return nil
	case harmless:
		return fmt.Errorf("a read that may be repeated ended the run: %w", err)
	}
	said := report.MessageOf(err)
	words := said.Text(report.OnPage)
	f, ok := errors.AsType[*report.Fault](err)
	problems, refused := errors.AsType[report.Problems](err) // of the plan, if a token may not read something
	switch {
	case !ok && !refused || said.Summary.Empty() || said.Advice(report.OnPage).Empty():
		return fmt.Errorf("the run ended without words: %w", err)
	case refused && d.fault.name != "403":
		return fmt.Errorf("the run ended with problems of the plan: %w", problems)
	case ok && f.System != d.at.system:
		return fmt.Errorf("%s was disturbed and %s is blamed: %w", d.at.system, f.System, err)
	case !strings.Contains(words.String(), d.at.system.Label()):
		return fmt.Errorf("the words do not name %s: %q", d.at.system.Label(), words)
	}
	return nil
}

// secrets returns everything that must never be printed.
func (l *lab) secrets(r *run) []string {
	list := append([]string{adminToken, l.pocketbase.Token()}, foreignSecrets...)
	for _, p := range l.sim.Snapshot().Providers {
		list = append(list, p.ClientSecret)
	}
	for _, text := range []interface{ Reveal() string }{r.plan.Generated.ClientSecret,
		r.plan.Desired.Provider.ClientSecret} {
		if text.Reveal() != "" {
			list = append(list, text.Reveal())
		}
	}
	return list
}

// tidy checks the state directory: no temporary files, nothing interrupted.
func (l *lab) tidy() error {
	entries, err := os.ReadDir(l.state())
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "receipt-") && filepath.Ext(e.Name()) != ".lock" {
			return fmt.Errorf("%s was left in the state directory", e.Name())
		}
	}
	store, err := journal.Open(l.state())
	if err != nil {
		return err
	}
	open, aside, err := store.Interrupted()
	if err != nil || len(open)+len(aside) > 0 {
		return fmt.Errorf("%d receipts are interrupted, %d set aside, %v", len(open), len(aside), err)
	}
	return nil
}

func sameChecks(want, got report.Checks) error {
	text := func(list report.Checks) string {
		lines := make([]string, len(list))
		for i, c := range list {
			lines[i] = string(c.ID) + " " + string(c.Status)
		}
		return strings.Join(lines, "\n")
	}
	if text(want) != text(got) {
		return fmt.Errorf("the checks differ:\n%s", difference(text(want), text(got)))
	}
	return nil
}
