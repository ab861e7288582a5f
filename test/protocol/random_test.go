package protocol

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sequences is the number of random sequences of faults.
const sequences = 20_000

func TestRandomSequencesOfFaults(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	setFlag(t, "rapid.checks", strconv.Itoa(sequences))
	if given := flag.Lookup("rapid.seed").Value.String(); given != "0" {
		seed, _ = strconv.ParseUint(given, 10, 64)
	}
	setFlag(t, "rapid.seed", strconv.FormatUint(seed, 10))
	list, faultKinds := scenarios(), variants()
	played, disturbed, most := 0, 0, 0
	var all tally
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.SampledFrom(list).Draw(rt, "scenario")
		faults := map[int]fault{}
		at := 0
		for range rapid.IntRange(0, 30).Draw(rt, "faults") {
			at += rapid.IntRange(1, 6).Draw(rt, "gap")
			faults[at] = rapid.SampledFrom(faultKinds).Draw(rt, "fault")
		}
		o := play(s, sound, faults)
		played++
		all.add(o)
		most = max(most, o.fired)
		if o.fired > 0 {
			disturbed++
		}
		if o.violation != "" {
			rt.Fatalf("%s: %s", s, o.violation)
		}
	})
	t.Logf("seed %d: %d sequences, %d of them disturbed, up to %d faults, %d runs, %d calls", seed, played, disturbed,
		most, all.runs, all.calls)
	if played < sequences {
		t.Errorf("only %d sequences were played", played)
	}
}

func setFlag(t *testing.T, name, value string) {
	t.Helper()
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(fmt.Errorf("setting %s: %w", name, err))
	}
	t.Cleanup(func() { _ = flag.Set(name, old) })
}

// The promise excludes a write that the network delays until after its own undo. It
// leaves a pair without a button, or a button without a pair; the next read finds
// it, and one more undo removes it.
func TestAWriteLaterThanItsUndoIsFoundAgain(t *testing.T) {
	for what, c := range map[string]struct {
		late  func(*stage)
		shows func(*stage) bool
	}{
		"the pair": {func(st *stage) { must(st.w.a.createPair(slug, lateProvider(st))) },
			func(st *stage) bool { return st.w.a.of(slug) != nil }},
		"the button": {func(st *stage) { st.w.p.elements = append(st.w.p.elements, lateButton(st)) },
			func(st *stage) bool { return st.w.dangling() }},
	} {
		st := &stage{scenario: scenario{world: "others' buttons", do: undo}, w: start("others' buttons", false),
			asked: map[string]bool{}}
		st.before = st.w.clone()
		st.n.watch = func() {}
		must(st.run(apply))
		must(st.run(undo))
		st.undone()
		c.late(st)
		if !c.shows(st) {
			t.Errorf("%s: nothing is left", what)
		}
		must(st.run(undo))
		st.undone()
		if st.violation != "" {
			t.Errorf("%s: after one more undo: %s", what, st.violation)
		}
	}
}

func lateProvider(st *stage) provider {
	return provider{name: name, clientID: st.j.receipt.clientID, secret: "late", redirect: redirect}
}

func lateButton(st *stage) element {
	return element{slot: slot, clientID: st.j.receipt.clientID, secret: "late", label: label, authURL: authURL}
}
