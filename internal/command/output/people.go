package output

import (
	"authpocket/internal/command/terminal"
	"authpocket/internal/people"
	"authpocket/internal/say"
)

// The outcomes of check-people.
const (
	OutcomeNobodyLeft say.Name = "nobody left"
	OutcomeLeft       say.Name = "somebody left"
	OutcomeNotKnown   say.Name = "not known"
)

// People prints who can no longer sign in, and returns what became of the link. It prints nothing if nobody left,
// unless to a terminal.
func (v *View) People(r people.Report) Summary {
	open := r.Open()
	switch {
	case v.AsJSON:
		v.json(r)
	case len(r.Left) == 0 && len(r.Unsure) == 0 && !v.on.Terminal && !v.All:
	case len(open) == 0 && len(r.Unsure) == 0 && !v.on.Terminal && !v.All:
	default:
		v.people(r)
	}
	switch {
	case len(open) > 0:
		return Summary{Outcome: OutcomeLeft, Count: len(open), Code: ExitFailed,
			Cause: say.Of("%s: %s", open[0].Name(), open[0].Reason.Words(open[0].Person))}
	case r.Blind():
		return Summary{Outcome: OutcomeNotKnown, Count: r.Doubts(), Code: ExitError, Cause: r.Unsure[0].Why}
	}
	return Summary{Outcome: OutcomeNobodyLeft}
}

func (v *View) people(r people.Report) {
	for _, l := range r.Left {
		if l.SignedOut != nil && !v.All {
			continue
		}
		line := say.Of("%s (%s): %s", l.Name(), l.Account, l.Reason.Words(l.Person))
		if l.SignedOut != nil {
			line = say.Join(line, say.Of("Signed out on %s.", v.on.Time(*l.SignedOut)))
		}
		v.line("", line, "  ")
	}
	for _, u := range r.Unsure {
		line := say.Of("Not known for %s: %s", say.Count(u.Accounts, "%d account", "%d accounts"), u.Why)
		v.line(terminal.Yellow, line, "  ")
	}
	v.line(terminal.Bold, r.Headline(), "")
	if open := r.Open(); len(open) > 0 {
		v.line("", say.Join(people.Meaning(), say.Of("authpocket check-people --sign-out signs them out.")), "")
	}
}
