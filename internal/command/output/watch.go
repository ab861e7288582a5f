package output

import (
	"cmp"
	"maps"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Standing is the state of a watched link.
type Standing struct {
	headline say.Text // without times, empty before the first time
	statuses map[report.CheckID]report.Status
}

// Changed prints how a link differs from its state before, and returns its
// state. Before the first time, everything passed.
func (v *View) Changed(before Standing, r *Verification) Standing {
	seen := r.Seen()
	if !seen.At.IsZero() {
		seen.At = time.Unix(0, 0)
	}
	now := Standing{r.Checks.Headline(seen), maps.Clone(before.statuses)}
	if r.Checks == nil {
		now.headline = say.Join(link.Each(v.messages(r.Err), text)...)
	}
	if now.statuses == nil {
		now.statuses = map[report.CheckID]report.Status{}
	}
	var differ report.Checks
	for _, c := range r.Checks {
		if now.statuses[c.ID] = c.Status; c.Status != cmp.Or(before.statuses[c.ID], report.Pass) {
			differ = append(differ, c)
		}
	}
	switch {
	case now.headline == before.headline && len(differ) == 0:
	case v.AsJSON:
		v.json(v.result(r))
	default:
		v.differ(r, differ, now.headline != before.headline)
	}
	return now
}

// differ prints checks whose status is another one, errors, and the headline if
// it changed, each in one line with the time.
func (v *View) differ(r *Verification, checks report.Checks, headline bool) {
	at := v.on.Time(r.Began.Add(r.Took))
	for _, c := range checks {
		visible.Fprintf(v.Out, "%s %s %s\n", at, v.statuses()[c.Status],
			v.Say(say.Of("%s: %s: %s", c.System.Label(), c.Title, c.Evidence)))
	}
	for _, m := range v.messages(r.Err) {
		visible.Fprintf(v.Out, "%s %s %s\n", at, v.statuses()[""], v.Say(text(m)))
	}
	if headline && r.Checks != nil {
		visible.Fprintf(v.Out, "%s %s\n", at, v.Say(v.headline(r.Checks, r.Seen())))
	}
}

// IsKnown reports whether the link was looked at.
func (s Standing) IsKnown() bool { return !s.headline.Empty() }
