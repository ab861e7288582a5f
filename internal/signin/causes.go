// Package signin explains sign-ins: it lists the causes of failures, diagnoses sign-ins that failed and predicts the
// outcome of the next one.
package signin

import (
	"slices"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Cause is one reason why a sign-in fails. Checks and sign-in tests refer to it by its ID.
type Cause struct {
	ID      report.CauseID
	Title   say.Text // what is wrong, in one line
	Symptom say.Text // what people see
	Why     say.Text
	Todo    say.Text
	Checks  []report.CheckID // those that detect it
	Fixable bool             // a plan can fix it
}

// FindCause returns the cause with that ID.
func FindCause(id report.CauseID) (Cause, bool) {
	all := Causes()
	i := slices.IndexFunc(all, func(c Cause) bool { return c.ID == id })
	if i < 0 {
		return Cause{}, false
	}
	return all[i], true
}

// RemedyOf returns what to do about a cause.
func RemedyOf(id report.CauseID) say.Text {
	known, _ := FindCause(id)
	return known.Todo
}

// Causes returns all causes in the order in which a sign-in meets them. docs/troubleshooting.md is generated from it.
func Causes() []Cause {
	return slices.Concat(
		causesAtAuthentik(), causesInBrowser(), causesOfStream(), causesOfAddresses(), causesOfReach(),
		causesOfExchange(), causesOfClaims(), causesOfEmail(), causesOfAccount(), causesOfLastResort(),
	)
}

// causesOfLastResort returns the cause for everything else.
func causesOfLastResort() []Cause {
	return []Cause{
		{
			ID:      report.CauseUnknown,
			Title:   say.Of("The cause is unknown"),
			Symptom: say.Of("Any error that is not on this page."),
			Why: say.Of("The error matches none of the causes that authpocket knows, or PocketBase keeps no log that " +
				"explains it."),
			Todo: say.Of("Look at the evidence, and at the latest entries of PocketBase's log (Dashboard › Logs) and " +
				"authentik's events (Events › Logs)."),
			Checks: []report.CheckID{report.CheckPocketBaseProbe, report.CheckSignIn},
		},
	}
}
