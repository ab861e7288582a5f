package engine

import "authpocket/internal/link"

// State is how far a change has come.
type State string

// The states of a change. A change that was not begun because an earlier one
// failed stays Waiting.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Event tells of one change of the plan that is being applied.
type Event struct {
	Index  int // in Plan.Changes
	Change link.Change
	State  State
	// Receipt is the id of the receipt that tells of it, empty where none is
	// kept.
	Receipt string
	// Messages are set on Failed. The first knows what was written.
	Messages []link.Message
}

// Hook is told of every step of an apply, in order, from one goroutine.
type Hook func(Event)
