package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// goesOn reports whether a plan goes on after a change that was refused: an account that cannot be signed out keeps no
// other one from it.
func goesOn(plan *link.Plan, err error) bool {
	stopped, ok := errors.AsType[*report.Stopped](err)
	if !ok || plan.Purpose != link.PurposeSignOut || stopped.Change != report.WrittenNone {
		return false
	}
	fault, ok := errors.AsType[*report.Fault](stopped.Err)
	return ok && (fault.Kind == report.FaultStale || fault.Kind == report.FaultRefused)
}

// changedSince returns the fault of a stale plan.
func changedSince(system report.System, what ...say.Text) *report.Fault {
	return &report.Fault{
		Kind: report.FaultStale, System: system, Summary: say.Of("Something was changed since the plan was made."),
		Details: what,
		Todo:    say.Of("Make a new plan, and apply that."),
	}
}

// finishTime is how long a change may take after its context was cancelled.
const finishTime = 6 * time.Second

// extended returns a context that ends the given time after ctx does, so that a
// running write is not cut off.
func extended(ctx context.Context, longer time.Duration) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(longer, cancel) })
	return late, func() { stop(); cancel() }
}

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

// Unproved returns the problem of a plan that takes a way in away without a proof. Nothing was written then.
func Unproved(plan *link.Plan) report.Problems {
	problem := report.Problem{Field: "pocketbase.password_auth",
		Summary: say.Of("Passwords and one-time passwords are turned off only after a sign-in through this link has " +
			"worked in the same run. Nothing was written."),
		Ways: []report.Way{{Run: report.RunProved, For: say.Of("to prove it with a person who is made for the test")}}}
	if !link.TurnsOff(plan.Changes) {
		problem.Field = "pocketbase.slot"
		problem.Summary = say.Of("%s is removed only after a sign-in through %s has worked in the same run. Nothing "+
			"was written.", strings.Join(link.OldSlots(plan.Changes), ", "), plan.Desired.Slot.Slot)
	}
	return report.Problems{problem}
}
