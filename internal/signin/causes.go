// Package signin explains sign-ins: it lists the causes of failures, diagnoses sign-ins that failed and predicts the
// outcome of the next one.
package signin

import (
	"slices"

	"authpocket/internal/link"
)

// Cause is one reason why a sign-in fails. Checks and sign-in tests refer to it by its ID.
type Cause struct {
	ID      link.CauseID
	Title   string // what is wrong, in one line
	Symptom string // what people see
	Why     string
	Todo    string
	Checks  []link.CheckID // those that detect it
	Fixable bool           // a plan can fix it
}

// FindCause returns the cause with that ID.
func FindCause(id link.CauseID) (Cause, bool) {
	all := Causes()
	i := slices.IndexFunc(all, func(c Cause) bool { return c.ID == id })
	if i < 0 {
		return Cause{}, false
	}
	return all[i], true
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
			ID:      link.CauseUnknown,
			Title:   "The cause is unknown",
			Symptom: "Any error that is not on this page.",
			Why: "The error matches none of the causes that authpocket knows, or PocketBase keeps no log that " +
				"explains it.",
			Todo: "Look at the evidence, and at the latest entries of PocketBase's log (Dashboard › Logs) and " +
				"authentik's events (Events › Logs).",
			Checks: []link.CheckID{link.CheckPocketBaseProbe, link.CheckSignIn},
		},
	}
}
