package say

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Moment returns a time in UTC, to the minute.
func Moment(t time.Time) Text {
	t = t.UTC()
	months := [...]Text{Of("January"), Of("February"), Of("March"), Of("April"), Of("May"), Of("June"), Of("July"),
		Of("August"), Of("September"), Of("October"), Of("November"), Of("December")}
	return Of("%s %s %s %s UTC", t.Format("2"), months[t.Month()-1], t.Format("2006"), t.Format("15:04"))
}

// Span returns a duration with spaces between its numbers and units: 6 ms, 1.5 s, 2 min 30 s, 1 h. It keeps three
// digits, or whole seconds of more than a minute.
func Span(d time.Duration) string {
	if d = d.Round(time.Millisecond); d > time.Minute {
		d = d.Round(time.Second)
	} else if d > time.Second {
		d = d.Round(10 * time.Millisecond)
	}
	var parts []string
	for _, unit := range []struct {
		time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "min"}} {
		if n := d / unit.Duration; n > 0 {
			parts, d = append(parts, fmt.Sprintf("%d %s", n, unit.name)), d%unit.Duration
		}
	}
	switch {
	case d >= time.Second || d == 0 && parts == nil:
		parts = append(parts, strconv.FormatFloat(d.Seconds(), 'f', -1, 64)+" s")
	case d > 0:
		parts = append(parts, fmt.Sprintf("%d ms", d.Milliseconds()))
	}
	return strings.Join(parts, " ")
}
