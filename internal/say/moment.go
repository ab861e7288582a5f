package say

import "time"

// Moment returns a time in UTC, to the minute.
func Moment(t time.Time) Text {
	t = t.UTC()
	months := [...]Text{Of("January"), Of("February"), Of("March"), Of("April"), Of("May"), Of("June"), Of("July"),
		Of("August"), Of("September"), Of("October"), Of("November"), Of("December")}
	return Of("%s %s %s %s UTC", t.Format("2"), months[t.Month()-1], t.Format("2006"), t.Format("15:04"))
}
