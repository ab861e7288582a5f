package session

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/web/live"
	"authpocket/web/view/changes"
)

// Apply is one apply: its plan and what has happened.
type Apply struct {
	ID       string
	link     string // names the two systems
	Plan     link.Plan
	rev      int
	planSeq  int // the newest plan that was shown when it began
	Happened *live.Record[apply.Event]
	Errand
	// The rest is set before the record ends. checks are those of a new client
	// secret.
	stopped  *report.Stopped // nil: the plan was carried out
	checks   report.Checks
	proof    changes.Proof
	restored *report.Message // why the client ID and secret from before were restored, nil if they were not
}

// Progress returns the record's first n entries for the page.
func (j *Apply) Progress(n int, over bool) changes.Progress {
	events, _, _ := j.Happened.Look()
	p := changes.Progress{
		Purpose: j.Plan.Purpose, Restores: j.Plan.Restores, Again: cmp.Or(j.Again, Again(&j.Plan)), Back: j.Back,
		Warnings: j.Plan.Warnings, OneWay: j.Plan.Part == link.PartAfterProof,
		Tries:   j.Plan.RenewsOnlyWay(),
		Changes: j.Plan.Changes, States: make([]string, len(j.Plan.Changes)), Failed: map[int][]report.Message{},
		Ended: over,
	}
	for _, e := range events[:min(n, len(events))] {
		if e.Index < 0 || e.Index >= len(p.States) {
			continue
		}
		p.States[e.Index] = string(e.State)
		if e.State == apply.Failed {
			p.Failed[e.Index] = e.Messages
		}
	}
	if over {
		p.Stopped, p.Checks, p.Proof, p.Restored = j.stopped, j.checks, j.proof, j.restored
	}
	return p
}

// Now returns the whole record.
func (j *Apply) Now() (p changes.Progress, count int) {
	events, over, _ := j.Happened.Look()
	return j.Progress(len(events), over), len(events)
}

// round returns the changes so far, for the last page.
func (j *Apply) round() changes.Round {
	events, _, _ := j.Happened.Look()
	round := changes.Round{Purpose: j.Plan.Purpose}
	for _, e := range events {
		if e.State == apply.Done {
			round.Made, round.Receipt = append(round.Made, e.Change), e.Receipt
		}
	}
	return round
}

// Rounds returns the applies of this session to the two systems of a link, newest
// first.
func (s *Session) Rounds(link string) []changes.Round {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []changes.Round
	for _, job := range slices.Backward(s.applies) {
		if round := job.round(); job.link == link && len(round.Made) > 0 && round.Purpose != proves {
			list = append(list, round)
		}
	}
	return list
}

func (j *Apply) running() bool {
	_, over, _ := j.Happened.Look()
	return !over
}

// run applies the plan, and settles the session if it succeeds.
func (j *Apply) run(ctx context.Context, e *engine.Engine, sess *Session) {
	defer j.Happened.End()
	if j.Plan.Purpose == proves {
		j.prove(ctx, e, sess)
		return
	}
	err := e.Apply(ctx, j.Plan, func(event apply.Event) {
		sess.dropChecks()
		j.Happened.Add(event)
	})
	if err != nil {
		j.stop(err)
		return
	}
	if _, err := e.ProveOnlyWay(ctx, &j.Plan); err != nil {
		j.restored = new(report.MessageOf(err))
		return
	}
	j.succeeded(ctx, e, sess)
}

func (j *Apply) stop(err error) {
	if stopped, ok := errors.AsType[*report.Stopped](err); ok {
		j.stopped = stopped
		return
	}
	j.stopped = &report.Stopped{Err: err}
}

// proves is the purpose of plans that change nothing for good.
const proves = link.PurposeProof

// prove carries out a proof. Its sign-in is kept among the session's tests.
func (j *Apply) prove(ctx context.Context, e *engine.Engine, sess *Session) {
	check, v, err := e.Prove(ctx, &j.Plan, j.Happened.Add)
	if err != nil {
		j.stop(err)
	}
	j.proof.Check = check
	if v == nil {
		return
	}
	run := proven(sess, &j.Plan, *v)
	sess.tests.Add(run)
	j.proof.Result = "/signin/" + run.ID
	if v.Works && v.Record != nil {
		j.proof.SignedIn = report.SignedIn{Name: cmp.Or(v.Record.Email, v.Record.ID), At: run.Made}
	}
}

// succeeded takes over what the plan has led to. A new client secret is
// checked at once.
func (j *Apply) succeeded(ctx context.Context, e *engine.Engine, sess *Session) {
	switch j.Plan.Purpose {
	case link.PurposeUndo:
		sess.readAnew(j.rev, &j.Plan)
	case link.PurposeRemove:
		sess.unsettle()
	case link.PurposeSignOut: // it changes no link
	case link.PurposeRotate:
		sess.Settle(j.rev, &j.Plan.Desired, true)
		run := sess.checkSecret()
		run.run(ctx, e, j.Plan.Desired, sess)
		j.checks = run.checks
	default:
		// A way in that was turned off leaves the link, and the sign-in that proved it, as they are.
		sess.Settle(j.rev, &j.Plan.Desired, j.Plan.Part != link.PartAfterProof)
		sess.takeAnswers(j.rev, j.Answers)
	}
}

// readAnew drops the answers except the link's identity, so that the settings are
// read from the systems again.
func (s *Session) readAnew(rev int, undone *link.Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev == s.rev { // no answer has changed meanwhile
		s.spec, s.answered = undone.Spec.Identity(), false
	}
	if undone.Restores || slices.ContainsFunc(undone.Changes, func(c link.Change) bool {
		return c.Kind == link.KindApplication && c.Action == link.Delete
	}) {
		s.found(undone.Restores)
	}
	s.answersChanged()
}

// Again returns the page that makes a new plan of the same kind.
func Again(p *link.Plan) string {
	switch p.Purpose {
	case link.PurposeUndo:
		return UndoPath(p.Of, p.Force)
	case link.PurposeRemove:
		if p.Force {
			return "/remove?force=yes"
		}
		return "/remove"
	case link.PurposeRotate:
		return "/rotate"
	case link.PurposeSignOut:
		return "/people/sign-out"
	case link.PurposeProof:
		return provePath(p.Generated.Person)
	}
	return "/review"
}

// provePath returns the page with the review of a proof by a person with the same address.
func provePath(person link.PersonState) string {
	if person.Unreachable() {
		return "/prove"
	}
	return "/prove?" + url.Values{"email": {person.Email}}.Encode()
}

// rotates reports whether the job rotated the client secret of that link.
func (j *Apply) rotates(d *link.Desired) bool {
	was := j.Plan.Desired
	return j.Plan.Purpose == link.PurposeRotate && was.Application.Slug == d.Application.Slug &&
		was.Collection.Name == d.Collection.Name && was.Slot.Slot == d.Slot.Slot
}

// UndoPath returns the page with the review of undoing a receipt.
func UndoPath(id string, force bool) string {
	path := "/receipts/" + id + "/undo"
	if force {
		path += "?force=yes"
	}
	return path
}
