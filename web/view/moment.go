package view

import (
	"time"

	"authpocket/internal/say"
)

// Moment returns a time for display.
func Moment(t time.Time) say.Text {
	t = t.UTC()
	months := [...]say.Text{say.Of("January"), say.Of("February"), say.Of("March"), say.Of("April"), say.Of("May"),
		say.Of("June"), say.Of("July"), say.Of("August"), say.Of("September"), say.Of("October"), say.Of("November"),
		say.Of("December")}
	return say.Of("%s %s %s %s UTC", t.Format("2"), months[t.Month()-1], t.Format("2006"), t.Format("15:04"))
}
