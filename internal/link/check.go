package link

import "encoding/json"

// Status is a check's outcome.
type Status string

// The outcomes. Skipped means not measured, with the reason as evidence.
const (
	Pass    Status = "pass"
	Warn    Status = "warn"
	Fail    Status = "fail"
	Skipped Status = "skipped"
)

// Check is one measured fact about the running systems.
type Check struct {
	ID       CheckID `json:"id"`
	System   System  `json:"system"`
	Title    string  `json:"title"`
	Status   Status  `json:"status"`
	Evidence string  `json:"evidence"` // what was asked and what was answered
	Remedy   string  `json:"remedy"`   // what to do, empty on a pass
	// Cause names an entry of the catalogue of causes, empty on a pass.
	Cause CauseID `json:"cause,omitempty"`
}

// Checks are the outcome of a verify.
type Checks []Check

// Failed tells whether any check failed.
func (c Checks) Failed() bool { return c.Count(Fail) > 0 }

// Count returns how many have the status.
func (c Checks) Count(s Status) int {
	n := 0
	for _, one := range c {
		if one.Status == s {
			n++
		}
	}
	return n
}

// MarshalJSON writes what `verify --json` prints.
func (c Checks) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Checks []Check `json:"checks"`
	}{notNil([]Check(c))})
}
