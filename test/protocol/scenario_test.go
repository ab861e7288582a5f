package protocol

import (
	"fmt"
	"slices"
)

// The actions under faults.
const (
	apply     = "apply"            // and again until it is done; then undone
	takenBack = "apply, then undo" // undone as soon as a run was disturbed
	undo      = "undo"             // of an apply that was not disturbed
	rotate    = "rotate"
)

// scenario is a start and an action.
type scenario struct {
	world  string
	do     string
	byName bool   // this PocketBase merges by name
	lost   bool   // the journal is lost after the first disturbed run
	end    string // the result of an apply without faults
}

func (s scenario) String() string {
	return fmt.Sprintf("%s; %s; merges by name %v; journal lost %v", s.world, s.do, s.byName, s.lost)
}

// start returns both systems in their initial state.
func start(name string, byName bool) world {
	w := world{p: pocketbase{byName: byName}}
	must(w.a.createPair("wiki", provider{name: "Wiki", clientID: "wiki", secret: "wiki's",
		redirect: "https://wiki/back"}))
	google := element{"google", "g", "google's", "Google", "https://google"}
	github := element{"github", "h", "github's", "GitHub", "https://github"}
	ours := element{slot, "linked", "ours", label, authURL}
	linked := provider{name: "Provider for PocketBase", clientID: "linked", secret: "ours", redirect: redirect}
	switch name {
	case "nothing":
	case "others' buttons":
		w.p.elements = []element{google, github}
	case "another redirect":
		linked.redirect = "https://old/redirect"
		must(w.a.createPair(slug, linked))
		w.p.elements = []element{google, ours}
	case "between others, another label":
		must(w.a.createPair(slug, linked))
		ours.label = "Login"
		w.p.elements = []element{google, ours, github}
	case "a pair without a button":
		must(w.a.createPair(slug, linked))
		w.p.elements = []element{google}
	case "a button without a pair":
		w.p.elements = []element{google, ours}
	}
	return w
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// scenarios returns all starts with all actions.
func scenarios() []scenario {
	var list []scenario
	for _, w := range []string{"nothing", "others' buttons", "another redirect", "between others, another label",
		"a pair without a button", "a button without a pair"} {
		for _, byName := range []bool{false, true} {
			for _, do := range []string{apply, takenBack, undo, rotate} {
				list = append(list, scenario{world: w, do: do, byName: byName})
			}
			list = append(list, scenario{world: w, do: apply, byName: byName, lost: true})
			for i := range list {
				list[i].end = list[i].undisturbed()
			}
		}
	}
	return list
}

// outcome is the result of a scenario. violation is empty if all promises hold.
type outcome struct {
	calls, fired, runs int
	violation          string
}

// stage is a running scenario.
type stage struct {
	scenario
	bug       bug
	w, before world
	n         network
	j         journal
	made      int
	asked     map[string]bool
	runs      int
	violation string
	watching  bool
	rotated   string // the secret before a rotation
}

func play(s scenario, b bug, faults map[int]fault) outcome {
	st := &stage{scenario: s, bug: b, w: start(s.world, s.byName), asked: map[string]bool{}}
	st.before = st.w.clone()
	st.n.watch = st.watch
	if s.do == undo || s.do == rotate {
		st.prepare()
	}
	st.watching = true
	st.n = network{faults: faults, watch: st.watch}
	done := st.until(len(faults))
	out := outcome{calls: st.n.calls, fired: st.n.fired}
	st.n.faults = nil
	if !done {
		st.violate("not converged")
	}
	st.judge()
	out.runs, out.violation = st.runs, st.violation
	return out
}

// prepare creates, without faults, the link to undo or rotate.
func (st *stage) prepare() {
	if err := st.run(apply); err != nil {
		st.violate("not even without a fault: " + err.Error())
	}
	if p := st.w.a.of(slug); p != nil {
		st.rotated = p.secret
	}
}

func (st *stage) violate(what string) {
	if st.violation == "" {
		st.violation = what
	}
}

// until repeats the run until one succeeds and nothing lands after it. Each fault
// affects at most one run; a zombie and a lost journal may cost one more.
func (st *stage) until(faults int) bool {
	do := st.do
	if do == takenBack {
		do = apply
	}
	for range 2*faults + 3 {
		err := st.run(do)
		if err == nil && st.n.land(true) == 0 {
			return true
		}
		if err != nil && st.lost && st.runs == 1 {
			st.j = journal{}
		}
		if err != nil && st.do == takenBack && do == apply {
			do = undo
			// A write later than its own undo is not covered by the promise.
			st.n.land(true)
		}
	}
	return false
}

// run is one process, from start to end or crash.
func (st *stage) run(do string) (err error) {
	st.runs++
	p := &process{n: &st.n, w: &st.w, j: &st.j, bug: st.bug, made: &st.made, asked: st.asked}
	defer func() {
		if r := recover(); r != nil {
			if _, killed := r.(crash); !killed {
				panic(r)
			}
			err = fmt.Errorf("killed")
		}
	}()
	return map[string]func() error{apply: p.apply, undo: p.undo, rotate: p.rotate}[do]()
}

// watch checks the promises at every moment.
func (st *stage) watch() {
	if !st.watching {
		return
	}
	if st.w.duplicates() > 0 {
		st.violate("duplicates")
	}
	if st.w.dangling() && !st.before.dangling() {
		st.violate("a button without an application")
	}
	if !st.w.sameForeign(&st.before) {
		st.violate("others' providers moved or changed")
	}
	if st.before.works() && st.do != rotate && !st.w.works() {
		st.violate("sign-in stopped working")
	}
}

// judge compares the end with an undisturbed one, then undoes an apply and compares
// the result with the start.
func (st *stage) judge() {
	if len(st.asked) > 1 && !st.lost {
		st.violate("a pair was asked for under two client ids")
	}
	switch {
	case st.do == rotate:
		if p := st.w.a.of(slug); !st.w.works() || p.secret == st.rotated {
			st.violate("not rotated")
		}
	case st.do == undo || st.do == takenBack && st.w.own(true) == st.before.own(true):
		st.undone()
	default:
		st.applied()
		if !st.lost {
			if err := st.run(undo); err != nil {
				st.violate("undo: " + err.Error())
			}
			st.undone()
		}
	}
}

func (st *stage) applied() {
	if !st.w.works() || st.w.own(false) != st.end {
		st.violate("not converged")
	}
}

// undisturbed returns the end of an apply without faults.
func (s scenario) undisturbed() string {
	st := &stage{scenario: s, w: start(s.world, s.byName), asked: map[string]bool{}}
	st.n.watch = func() {}
	must(st.run(apply))
	return st.w.own(false)
}

func (st *stage) undone() {
	if st.w.own(true) != st.before.own(true) || !slices.Equal(st.slots(), (&stage{w: st.before}).slots()) {
		st.violate("undo left something behind")
	}
}

func (st *stage) slots() (names []string) {
	for _, e := range st.w.p.elements {
		names = append(names, e.slot)
	}
	return names
}
