package web

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/web/live"
	"authpocket/web/view/changes"
)

// applyJob is one apply: its plan and what has happened.
type applyJob struct {
	id       string
	link     string // names the two systems
	plan     link.Plan
	rev      int
	planSeq  int // the newest plan that was shown when it began
	happened *live.Record[engine.Event]
	errand
	// The rest is set before the record ends. checks are those of a new client
	// secret.
	stopped *link.Stopped // nil: the plan was carried out
	checks  link.Checks
}

// progress is the record's first n entries as the page sees them.
func (j *applyJob) progress(n int, over bool) changes.Progress {
	events, _, _ := j.happened.Look()
	p := changes.Progress{
		Purpose: j.plan.Purpose, Restores: j.plan.Restores, Again: cmp.Or(j.again, again(j.plan)), Back: j.back, Warnings: j.plan.Warnings,
		Changes: j.plan.Changes, States: make([]string, len(j.plan.Changes)), Failed: map[int][]link.Message{}, Ended: over,
	}
	for _, e := range events[:min(n, len(events))] {
		if e.Index < 0 || e.Index >= len(p.States) {
			continue
		}
		p.States[e.Index] = string(e.State)
		if e.State == engine.Failed {
			p.Failed[e.Index] = e.Messages
		}
	}
	if over {
		p.Stopped, p.Checks = j.stopped, j.checks
	}
	return p
}

// now is the whole record.
func (j *applyJob) now() (p changes.Progress, count int) {
	events, over, _ := j.happened.Look()
	return j.progress(len(events), over), len(events)
}

// round is what was made so far, for the last page.
func (j *applyJob) round() changes.Round {
	events, _, _ := j.happened.Look()
	round := changes.Round{Purpose: j.plan.Purpose}
	for _, e := range events {
		if e.State == engine.Done {
			round.Made, round.Receipt = append(round.Made, e.Change), e.Receipt
		}
	}
	return round
}

// rounds are all that this session has changed in the two systems of a link,
// the newest first.
func (s *session) rounds(link string) []changes.Round {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []changes.Round
	for _, job := range slices.Backward(s.applies) {
		if round := job.round(); job.link == link && len(round.Made) > 0 {
			list = append(list, round)
		}
	}
	return list
}

func (j *applyJob) running() bool {
	_, over, _ := j.happened.Look()
	return !over
}

// run carries the plan out and settles the session when all went well.
func (j *applyJob) run(ctx context.Context, e *engine.Engine, sess *session) {
	defer j.happened.End()
	err := e.Apply(ctx, j.plan, func(event engine.Event) {
		sess.dropChecks()
		j.happened.Add(event)
	})
	if err == nil {
		j.succeeded(ctx, e, sess)
		return
	}
	if stopped, ok := errors.AsType[*link.Stopped](err); ok {
		j.stopped = stopped
		return
	}
	j.stopped = &link.Stopped{Err: err}
}

// succeeded takes over what the plan has led to. A new client secret is
// checked at once.
func (j *applyJob) succeeded(ctx context.Context, e *engine.Engine, sess *session) {
	switch j.plan.Purpose {
	case link.PurposeUndo:
		sess.readAnew(j.rev, j.plan.Spec)
	case link.PurposeRemove:
		sess.unsettle()
	case link.PurposeRotate:
		sess.settle(j.rev, j.plan.Desired, true)
		run := sess.checkSecret()
		run.run(ctx, e, j.plan.Desired)
		j.checks = run.checks
	default:
		sess.settle(j.rev, j.plan.Desired, true)
		sess.takeAnswers(j.rev, j.answers)
	}
}

// readAnew lets go of answers that were taken back, but for which link it is:
// all else is what the systems hold.
func (s *session) readAnew(rev int, was link.Spec) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev == s.rev { // nobody answered anew meanwhile
		s.spec, s.answered = was.Identity(), false
	}
	s.answersChanged()
}

// again is the page that makes a plan of the same kind anew.
func again(p link.Plan) string {
	switch p.Purpose {
	case link.PurposeUndo:
		return undoPath(p.Of, p.Force)
	case link.PurposeRemove:
		return "/remove"
	case link.PurposeRotate:
		return "/rotate"
	}
	return "/review"
}

// rotates tells whether the job gave that link another client secret.
func (j *applyJob) rotates(d link.Desired) bool {
	was := j.plan.Desired
	return j.plan.Purpose == link.PurposeRotate && was.Application.Slug == d.Application.Slug && was.Collection.Name == d.Collection.Name && was.Slot.Slot == d.Slot.Slot
}

// undoPath is the page that shows what undoing a receipt would do.
func undoPath(id string, force bool) string {
	path := "/receipts/" + id + "/undo"
	if force {
		path += "?force=yes"
	}
	return path
}
