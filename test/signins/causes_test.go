package signins

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// trouble provokes one cause on a link of its own.
type trouble struct {
	name  string
	cause report.CauseID
	// checks are the IDs of the checks that must name the cause. sign-in performs
	// a sign-in; pocketbase.probe runs the probe.
	checks []report.CheckID
	spec   func(*idp, *link.Spec) // of the link, nil for the usual one
	// spoil breaks the finished link; nil if signIn does so itself, or nothing is
	// broken.
	spoil func(*linked)
	// signIn replaces the usual sign-in.
	signIn func(*linked) signin.Verdict
	stage  signin.StageID // at which the sign-in must fail, empty for any
	idp    func(*lab) *idp
}

// shared is how many troubles run at the same time.
const shared = 40

// perLab is how many links share an authentik and a PocketBase: their lists are
// read completely, and each response of authentik is validated.
const perLab = 8

// browserOnly returns the causes that only a browser can meet; the browser tests
// cover them.
var browserOnly = []string{}

func troubles() []trouble {
	return slices.Concat(troublesAtAuthentik(), troublesOfTheWayBack(), troublesOfReach(), troublesOfTheExchange(),
		troublesOfTheRecord())
}

// found records which check named which cause.
type found struct {
	mu    sync.Mutex
	pairs map[string][]string // "cause check" → the troubles in which it did
}

func (f *found) add(cause report.CauseID, check report.CheckID, trouble string) {
	pair := string(cause) + " " + string(check)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pairs[pair] = append(f.pairs[pair], trouble)
}

func TestEachCauseIsFoundByTheChecksThatSaySo(t *testing.T) {
	t.Parallel()
	f := &found{pairs: map[string][]string{}}
	all := troubles()
	links := make([]*linked, len(all))
	var l *lab
	for i, one := range all {
		if i%perLab == 0 {
			l = newLab(t, limitSignIns)
		}
		links[i] = one.link(l)
	}
	var group sync.WaitGroup
	slots := make(chan struct{}, shared)
	for i, one := range all {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			one.happen(links[i], f)
		})
	}
	group.Wait()
	f.holdAgainstCatalogue(t)
}

// link creates the link for the trouble.
func (one trouble) link(l *lab) *linked {
	a := l.a
	if one.idp != nil {
		a = one.idp(l)
	}
	return l.linkTo(a, identifier(one.name), func(s *link.Spec) {
		if one.spec != nil {
			one.spec(a, s)
		}
	})
}

func identifier(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// happen provokes the trouble, then runs the checks and the sign-in.
func (one trouble) happen(l *linked, f *found) {
	detected := map[report.CheckID]bool{}
	var verdict signin.Verdict
	asked := func(check report.CheckID) bool { return slices.Contains(one.checks, check) }
	if one.spoil != nil {
		one.spoil(l)
	}
	switch {
	case one.signIn != nil:
		verdict = one.signIn(l)
	case asked(report.CheckSignIn):
		verdict = l.signIn(newBrowser(""), nil)
	}
	checks := l.e.Verify(l.t.Context(), l.d, l.person)
	if asked("pocketbase.probe") {
		checks = append(checks, l.e.VerifySlow(l.t.Context(), &l.d, nil)...)
	}
	for _, c := range checks {
		if c.Status == report.Fail || c.Status == report.Warn {
			id := report.CheckID(strings.TrimRight(string(c.ID), ".0123456789"))
			f.add(c.Cause, id, one.name)
			detected[id] = detected[id] || c.Cause == one.cause
		}
	}
	if asked(report.CheckSignIn) {
		detected[report.CheckSignIn] = verdict.Cause == one.cause
		f.add(verdict.Cause, report.CheckSignIn, one.name)
		one.holdVerdict(l, verdict)
	}
	for _, check := range one.checks {
		if !detected[check] {
			l.t.Errorf("%s: %s does not name %s; the checks say\n%s\nthe sign-in %s: %s", one.name, check, one.cause,
				failures(checks), verdict.Cause, verdict.Words())
		}
	}
}

// holdVerdict checks what every failed sign-in has in common.
func (one trouble) holdVerdict(l *linked, v signin.Verdict) {
	stage := v.FailedStage()
	switch {
	case v.Works || stage == nil:
		l.t.Errorf("%s: the sign-in works: %+v", one.name, v)
		return
	case v.Words().Empty() || v.Todo.Empty() || len(v.Evidence) == 0:
		l.t.Errorf("%s: something is left out: %+v", one.name, v)
	case one.stage != "" && stage.ID != one.stage:
		l.t.Errorf("%s: failed at %s, want %s: %+v", one.name, stage.ID, one.stage, v)
	}
	if one.cause == "redirect-mismatch" && (v.Redirect == nil || v.Redirect.Difference.Same()) {
		l.t.Errorf("%s: the redirect URIs are not compared: %+v", one.name, v.Redirect)
	}
}

func failures(checks []report.Check) string {
	var lines []string
	for _, c := range checks {
		if c.Status != report.Pass {
			lines = append(lines, fmt.Sprintf("  %s %s %s: %s", c.Status, c.ID, c.Cause, c.Evidence))
		}
	}
	return strings.Join(lines, "\n")
}

// holdAgainstCatalogue compares the findings with the catalogue, in both
// directions.
func (f *found) holdAgainstCatalogue(t *testing.T) {
	listed := map[string]bool{}
	for _, cause := range signin.Causes() {
		for _, check := range cause.Checks {
			pair := string(cause.ID) + " " + string(check)
			listed[pair] = true
			if len(f.pairs[pair]) == 0 && !slices.Contains(browserOnly, pair) {
				t.Errorf("nothing here makes %s name %s", check, cause.ID)
			}
		}
	}
	for _, pair := range slices.Sorted(maps.Keys(f.pairs)) {
		if !listed[pair] {
			t.Errorf("the catalogue does not say it: %s (%v)", pair, f.pairs[pair])
		}
	}
}

// Every cause of the catalogue has a trouble.
func TestEachCauseHasItsTrouble(t *testing.T) {
	t.Parallel()
	made := map[report.CauseID]bool{}
	for _, one := range troubles() {
		made[one.cause] = true
	}
	for _, cause := range signin.Causes() {
		if !made[cause.ID] {
			t.Errorf("nothing makes %s happen", cause.ID)
		}
	}
}
