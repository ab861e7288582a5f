package predict_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"authpocket/internal/signin"
)

// tally counts worlds.
type tally struct {
	worlds, void           int
	wrong                  []found
	opaque                 int // worlds with a rule that only the database or the clock decides
	unknown, opaqueUnknown int // of which the outcome cannot be known: without such a rule, with one
	outcomes               map[signin.Outcome]int
	refusals               map[string]int
	reasons                map[string]int // why it cannot be known
	began                  time.Time
}

func newTally() *tally {
	return &tally{outcomes: map[signin.Outcome]int{}, refusals: map[string]int{}, reasons: map[string]int{},
		began: time.Now()}
}

func (t *tally) add(f found) {
	t.worlds++
	t.outcomes[f.happened.Outcome]++
	if f.world.Opaque {
		t.opaque++
	}
	if f.foreseen.unsure() {
		t.reasons[playedName.ReplaceAllString(f.foreseen.Unknown, here)]++
		if f.world.Opaque {
			t.opaqueUnknown++
		} else {
			t.unknown++
		}
	}
	if len(f.differences) > 0 {
		t.wrong = append(t.wrong, f)
	}
	for _, code := range f.happened.codes() {
		t.refusals[code]++
	}
}

var playedName = regexp.MustCompile(`\bworld_\d+\b`)

// codes returns how PocketBase refused: the codes of the fields, each once, or else its message.
func (h happened) codes() (list []string) {
	switch {
	case h.Outcome != signin.OutcomeRefused:
		return nil
	case h.MFA:
		return []string{"mfaId"}
	case len(h.Fields) == 0:
		return []string{fmt.Sprintf("%d %s", h.Status, h.Message)}
	}
	for _, f := range h.Fields {
		list = append(list, f.Code)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// String returns the figures in one line.
func (t *tally) String() string {
	plain := t.worlds - t.opaque
	return fmt.Sprintf("worlds: %d, wrong %d, cannot be known %d (%.1f %%) of %d without opaque rules and %d of %d "+
		"with, "+
		"%d void, %v", t.worlds, len(t.wrong), t.unknown, 100*float64(t.unknown)/float64(max(plain, 1)), plain,
		t.opaqueUnknown, t.opaque, t.void, time.Since(t.began).Round(time.Second))
}

// details returns the outcomes and refusals by number.
func (t *tally) details() string {
	var b strings.Builder
	for _, outcome := range slices.Sorted(maps.Keys(t.outcomes)) {
		fmt.Fprintf(&b, "%5d %s\n", t.outcomes[outcome], outcome)
	}
	for _, counts := range []map[string]int{t.refusals, t.reasons} {
		b.WriteString("\n")
		often := func(a, b string) int { return counts[b] - counts[a] }
		for _, key := range slices.SortedFunc(maps.Keys(counts), often) {
			fmt.Fprintf(&b, "%5d %s\n", counts[key], key)
		}
	}
	return b.String()
}

// thin returns why the figures mean little: the worlds met something too rarely, or too much cannot be known.
func (t *tally) thin() (lacks []string) {
	share := map[signin.Outcome]int{signin.OutcomeNew: 15, signin.OutcomeLinked: 8, signin.OutcomeReturns: 8,
		signin.OutcomeRefused: 25}
	for outcome, percent := range share {
		if t.worlds < few {
			percent = 1
		}
		if t.outcomes[outcome]*100 < percent*t.worlds {
			lacks = append(lacks, fmt.Sprintf("only %d of %d worlds are %s", t.outcomes[outcome], t.worlds, outcome))
		}
	}
	if t.worlds >= few && len(t.refusals) < 12 {
		lacks = append(lacks, fmt.Sprintf("only %d kinds of refusal", len(t.refusals)))
	}
	if plain := t.worlds - t.opaque; t.unknown*10 > plain {
		lacks = append(lacks, fmt.Sprintf("%d of %d worlds without opaque rules cannot be known", t.unknown, plain))
	}
	return lacks
}
