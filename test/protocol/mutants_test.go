package protocol

import (
	"fmt"
	"testing"
)

// The checker finds deliberate bugs in the protocol.
func TestDeliberateBugsAreCaught(t *testing.T) {
	for _, c := range []struct {
		bug  bug
		says string
	}{
		{pocketbaseFirst, "a button without an application"},
		{prepend, "others' providers moved or changed"},
		{idNotJournalled, "undo left something behind"},
		{chainForgotten, "undo left something behind"},
	} {
		t.Run(string(c.bug), func(t *testing.T) {
			var played tally
			found := map[string]int{}
			first := ""
			for _, s := range scenarios() {
				report := func(violation string, faults map[int]fault) bool {
					found[violation]++
					if first == "" {
						first = fmt.Sprintf("%s, in “%s” with %v", violation, s, faults)
					}
					return true
				}
				if o := play(s, c.bug, nil); o.violation != "" {
					report(o.violation, nil)
				}
				disturb(s, c.bug, false, &played, report)
			}
			t.Logf("caught: %v; first %s; %s", found, first, played)
			if found[c.says] == 0 {
				t.Errorf("“%s” was not said", c.says)
			}
		})
	}
}
