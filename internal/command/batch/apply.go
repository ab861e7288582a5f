package batch

import (
	"context"
	"errors"
	"maps"
	"slices"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Applying is what applying links needs of the command.
type Applying struct {
	Yes bool // each link is applied as soon as it is planned, so that it waits for no other
	// Connect connects to the systems of a link and returns what plans it.
	Connect func(context.Context, terminal.Streams, linkfile.File) (*engine.Engine, engine.Planner, error)
	// View returns what prints the outcome of a link.
	View func(terminal.Streams, linkfile.File) *output.View
}

// applyRun applies several links.
type applyRun struct {
	*Run
	Applying
	objects *objects
}

// Apply plans all links, shows the plans, asks once, and applies them. It returns the exit code, nil for 0.
func (r *Run) Apply(ctx context.Context, how Applying) error {
	a := &applyRun{Run: r, Applying: how, objects: newObjects()}
	if !a.Yes {
		return a.asking(ctx)
	}
	a.all(ctx, a.jobs, func(ctx context.Context, to terminal.Streams, j *job) output.Summary {
		if planned := a.plan(ctx, to, j); planned.Code != output.ExitOK {
			return planned
		}
		defer j.release()
		return a.apply(ctx, to, j)
	})
	a.settle(ctx)
	return a.done()
}

// done is end, and says what became of the links even where standard output is lost: they are written to.
func (r *applyRun) done() error {
	exit := r.end()
	if r.Streams.Lost() != nil {
		output.New(r.Streams, r.JSON).Counts(link.Each(r.jobs, func(j *job) output.Summary { return j.Summary }))
	}
	return exit
}

// asking plans all links, asks, and applies those that could be planned.
func (r *applyRun) asking(ctx context.Context) error {
	r.all(ctx, r.jobs, func(ctx context.Context, to terminal.Streams, j *job) output.Summary {
		planned := r.plan(ctx, to, j)
		if planned.Code == output.ExitOK && !r.JSON {
			r.View(to, j.file).Plan(&j.plan)
		}
		return planned
	})
	var ready []*job
	total, links := 0, 0
	for _, j := range r.jobs {
		if j.engine == nil {
			continue
		}
		ready = append(ready, j)
		if total += len(j.plan.Changes); !j.plan.Empty() {
			links++
		}
	}
	question := say.Count(total, "Apply %d change to %s?", "Apply %d changes to %s?",
		say.Count(links, "%d link", "%d links"))
	if total > 0 && (ctx.Err() != nil || !r.Streams.Asker().Yes(ctx, question)) {
		return output.New(r.Streams, r.JSON).Fail(output.Interrupted(ctx, output.Declined()))
	}
	r.all(ctx, ready, r.apply)
	r.settle(ctx)
	return r.done()
}

// plan plans a link, and holds it if nobody is asked. It counts as not started until it is applied.
func (r *applyRun) plan(ctx context.Context, to terminal.Streams, j *job) output.Summary {
	if err := r.planned(ctx, to, j); err != nil {
		_ = r.View(to, j.file).Fail(err)
		return output.Failed(err)
	}
	return output.Summary{Outcome: output.OutcomeNotStarted, Count: len(j.plan.Changes)}
}

func (r *applyRun) planned(ctx context.Context, to terminal.Streams, j *job) error {
	began := r.objects.now() // Connect reads ahead
	e, planned, err := r.Connect(ctx, to, j.file)
	if err != nil {
		return err
	}
	now := prepared{engine: e, began: began, release: func() {}}
	if r.Yes {
		if now.release, err = e.Hold(ctx); err != nil {
			return output.Interrupted(ctx, err)
		}
	}
	if now.plan, err = planned(ctx); err != nil {
		now.release()
		return err
	}
	j.prepared = now
	return nil
}

// settle has PocketBase offer guests what was written. Other programs may have written to it at the same time, such as
// the other parts of all links, so that this waits for all links.
func (r *applyRun) settle(ctx context.Context) {
	written := slices.DeleteFunc(slices.Clone(r.jobs), func(j *job) bool { return j.settle == nil })
	r.all(ctx, written, func(ctx context.Context, to terminal.Streams, j *job) output.Summary {
		if err := j.settle(ctx); err != nil {
			if errors.Is(ctx.Err(), context.Canceled) {
				err = &report.Fault{Summary: say.Of("Interrupted, so what guests are offered was not checked."),
					Todo: say.Of("Run authpocket verify.")}
			}
			j.document = nil // which says that all is well
			_ = r.View(to, j.file).Fail(err)
			failed := output.Failed(err)
			failed.Count = j.Count
			return failed
		}
		return j.Summary
	})
}

// errLacks is returned for a plan that writes objects which the link has not taken.
var errLacks = errors.New("another link may write an object of the plan")

// apply applies the plan of a link, while no other link of the run writes its objects.
func (r *applyRun) apply(ctx context.Context, to terminal.Streams, j *job) output.Summary {
	defer func() { j.prepared = prepared{} }() // of many links it would be much to keep
	view := r.View(to, j.file)
	made, outcomes := j.plan, output.NewOutcomes(&j.plan)
	keys := j.keys(&j.plan)
	for first := true; ; first = false {
		own, err := r.objects.take(ctx, keys)
		if err != nil {
			return output.Summary{Outcome: output.OutcomeNotStarted, Code: output.ExitError}
		}
		if first {
			r.releaseWritten(own, j)
		}
		ready := func(fresh link.Plan) error {
			if more := lacking(own, j, &fresh); len(more) > 0 {
				maps.Copy(keys, more)
				return errLacks
			}
			if made, outcomes = fresh, output.NewOutcomes(&fresh); r.Yes && !r.JSON {
				view.Plan(&fresh)
			}
			return nil
		}
		hook := func(event apply.Event) {
			view.Progress(outcomes)(event)
			r.wrote(own, j, event)
		}
		err = j.engine.ApplyAmong(ctx, &j.plan, engine.Among{Unseen: r.Yes, Ready: ready,
			Fresh:   r.Yes && !r.objects.since(j.began, keys, j),
			Written: func(c link.Change) bool { return r.objects.byOther(j.keyOf(&c), j) }}, hook)
		own.releaseAll()
		if errors.Is(err, errLacks) {
			continue
		}
		var checks report.Checks
		if err == nil {
			checks, err = j.engine.ProveOnlyWay(ctx, &made)
		}
		view.Applied(&made, outcomes, checks, report.SignedIn{}, err)
		if err == nil && outcomes.Done() > 0 {
			j.settle = j.engine.Settle(&made)
		}
		return applied(outcomes, err)
	}
}

// releaseWritten releases shared objects that another link has written since they were planned: the plan probably
// writes them no more.
func (r *applyRun) releaseWritten(own *taken, j *job) {
	for _, c := range j.plan.Changes {
		if key := j.keyOf(&c); sharedObject(&c) && r.objects.byOther(key, j) {
			own.release(key)
		}
	}
}

// lacking returns the keys of the plan's objects that the link has not taken.
func lacking(own *taken, j *job, plan *link.Plan) map[string]bool {
	keys := j.keys(plan)
	maps.DeleteFunc(keys, func(key string, _ bool) bool { return own.keys[key] })
	return keys
}

// wrote notes what a change wrote. A shared object is free for others from then on.
func (r *applyRun) wrote(own *taken, j *job, event apply.Event) {
	key := j.keyOf(&event.Change)
	r.objects.touch(key, j)
	if event.State != apply.Done {
		return
	}
	r.objects.wrote(key, j)
	if sharedObject(&event.Change) {
		own.release(key)
	}
}

// Applied returns the summary of an apply.
func applied(o output.Outcomes, err error) output.Summary {
	switch {
	case err != nil:
		s := output.Failed(err)
		s.Count = o.Done()
		return s
	case o.Done() == 0:
		return output.Summary{Outcome: output.OutcomeNothing}
	}
	return output.Summary{Outcome: output.OutcomeApplied, Count: o.Done()}
}
