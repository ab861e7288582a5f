package changes

import (
	"time"

	"authpocket/internal/people"
	"authpocket/internal/say"
	"authpocket/web/view"
)

// mostListed is how many accounts the page lists.
const mostListed = 200

// NewPeople returns the page about people who can no longer sign in.
func NewPeople(h view.Head, r people.Report) PeoplePage {
	h.Title, h.Back, h.Wide = say.Of("People"), "/review", true
	p := PeoplePage{Head: h, Lead: r.Headline()}
	open := r.Open()
	if len(open) > 0 {
		p.Meaning = people.Meaning()
		p.Button = say.Count(min(len(open), people.MostSignOuts), "Review signing out %d account",
			"Review signing out %d accounts")
	}
	for _, l := range r.Left {
		row := PersonRow{Name: l.Name(), ID: l.Account, Why: l.Reason.Words(l.Person)}
		switch {
		case l.SignedOut != nil:
			row.Out = say.Of("Signed out on %s.", say.Moment(l.SignedOut.Truncate(time.Minute)))
			p.Out = append(p.Out, row)
		case len(p.Open) < mostListed:
			p.Open = append(p.Open, row)
		}
	}
	if more := len(open) - len(p.Open); more > 0 {
		p.More = say.Count(more, "%d more account is not listed.", "%d more accounts are not listed.")
	}
	p.Out = p.Out[:min(len(p.Out), mostListed)]
	for _, u := range r.Unsure {
		p.Unsure = append(p.Unsure, Note{say.Of("Not known for %s", say.Count(u.Accounts, "%d account", "%d accounts")),
			u.Why})
	}
	return p
}
