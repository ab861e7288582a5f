package say

import (
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
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return strings.TrimSpace(strings.NewReplacer("ms", " ms ", "h", " h ", "m", " min ", "s", " s ").Replace(text))
}
