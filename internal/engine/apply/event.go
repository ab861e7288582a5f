package apply

import (
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// State is the progress of a change.
type State string

// The states of a change. After a failure, later changes stay Waiting.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Event reports progress on one change of a plan.
type Event struct {
	Index  int // in Plan.Changes
	Change link.Change
	State  State
	// Receipt is the ID of the receipt, empty if none is kept.
	Receipt string
	// Messages are set on Failed. The first says what was written.
	Messages []report.Message
}

// Hook is called for every step of an apply, in order, from one goroutine.
type Hook func(Event)
