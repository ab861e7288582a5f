// Package report is what authpocket tells people of the two systems: messages, problems, faults and checks.
package report

// System is one of the two outside systems.
type System string

// The two systems.
const (
	Authentik System = "authentik"
	PB        System = "pocketbase"
)

// Label returns the system's name.
func (s System) Label() string {
	if s == PB {
		return "PocketBase"
	}
	return "authentik"
}
