package command

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

const countedChanges = "changes"

// applyRun applies several links.
type applyRun struct {
	*linksRun
	f       applyLinkFlags
	objects *objects
}

// applyAll plans all links, shows the plans, asks once, and applies them. With --yes each is applied as soon as it is
// planned, so that it waits for no other.
func (p program) applyAll(ctx context.Context, f applyLinkFlags, files []linkfile.File) error {
	opened, err := openStore(f.State)
	if err != nil {
		return p.view(f.JSON).fail(err)
	}
	p.common = &common{receipts: func() (*engine.Store, error) { return opened, nil }, joint: journal.NewJoint(opened)}
	r := &applyRun{linksRun: newRun(p, f.fileFlags, f.linksFlags, files), f: f, objects: newObjects()}
	if !f.Yes {
		return r.asking(ctx)
	}
	r.all(ctx, r.jobs, func(ctx context.Context, p program, j *job) summary {
		if planned := r.plan(ctx, p, j); planned.code != exitOK {
			return planned
		}
		return r.apply(ctx, p, j)
	})
	return r.end(countedChanges)
}

// asking plans all links, asks, and applies those that could be planned.
func (r *applyRun) asking(ctx context.Context) error {
	r.all(ctx, r.jobs, func(ctx context.Context, p program, j *job) summary {
		planned := r.plan(ctx, p, j)
		if planned.code == exitOK && !r.f.JSON {
			p.view(false).plan(j.plan)
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
	if total > 0 && !r.p.asked(ctx, fmt.Sprintf("Apply %s to %s?", changes(total), linkCount(links))) {
		return r.p.view(r.f.JSON).fail(nothingChanged())
	}
	r.all(ctx, ready, r.apply)
	return r.end(countedChanges)
}

func linkCount(n int) string {
	if n == 1 {
		return "1 link"
	}
	return fmt.Sprintf("%d links", n)
}

// plan connects to the systems of a link and plans it. The link counts as not started until it is applied.
func (r *applyRun) plan(ctx context.Context, p program, j *job) summary {
	view := p.view(r.f.JSON)
	view.file = j.file
	moment := engine.OneMoment(ctx)
	e, spec, err := p.reach(moment, j.file, nil)
	if err == nil {
		view.interrupted(e)
		j.plan, err = r.f.planned(e, moment, spec)
	}
	if err != nil {
		_ = view.fail(err)
		return failed(err)
	}
	j.engine = e
	return summary{Outcome: outcomeNotStarted, Count: len(j.plan.Changes)}
}

// errLacks is returned for a plan that writes objects which the link has not taken.
var errLacks = errors.New("another link may write an object of the plan")

// apply applies the plan of a link, while no other link of the run writes its objects.
func (r *applyRun) apply(ctx context.Context, p program, j *job) summary {
	view := p.view(r.f.JSON)
	view.file = j.file
	made, outcomes := j.plan, newOutcomes(j.plan)
	keys := j.keys(j.plan)
	for first := true; ; first = false {
		own, err := r.objects.take(ctx, keys)
		if err != nil {
			return summary{Outcome: outcomeNotStarted, code: exitError}
		}
		if first {
			r.releaseWritten(own, j)
		}
		ready := func(fresh link.Plan) error {
			if more := lacking(own, j, fresh); len(more) > 0 {
				maps.Copy(keys, more)
				return errLacks
			}
			if made, outcomes = fresh, newOutcomes(fresh); r.f.Yes && !r.f.JSON {
				view.plan(fresh)
			}
			return nil
		}
		hook := func(event engine.Event) {
			view.progress(outcomes)(event)
			r.wrote(own, j, event)
		}
		err = j.engine.ApplyAmong(ctx, j.plan, engine.Among{Unseen: r.f.Yes, Ready: ready,
			Written: func(c link.Change) bool { return r.objects.byOther(j.keyOf(c), j) }}, hook)
		own.releaseAll()
		if errors.Is(err, errLacks) {
			continue
		}
		view.applied(made, outcomes, nil, err)
		return applied(outcomes, err)
	}
}

// releaseWritten releases shared objects that another link has written since they were planned: the plan probably
// writes them no more.
func (r *applyRun) releaseWritten(own *taken, j *job) {
	for _, c := range j.plan.Changes {
		if key := j.keyOf(c); sharedObject(c) && r.objects.byOther(key, j) {
			own.release(key)
		}
	}
}

// lacking returns the keys of the plan's objects that the link has not taken.
func lacking(own *taken, j *job, plan link.Plan) map[string]bool {
	keys := j.keys(plan)
	maps.DeleteFunc(keys, func(key string, _ bool) bool { return own.keys[key] })
	return keys
}

// wrote notes what a change wrote. A shared object is free for others from then on.
func (r *applyRun) wrote(own *taken, j *job, event engine.Event) {
	if event.State != engine.Done {
		return
	}
	key := j.keyOf(event.Change)
	r.objects.wrote(key, j)
	if sharedObject(event.Change) {
		own.release(key)
	}
}

// applied returns the summary of an apply.
func applied(o outcomes, err error) summary {
	done := 0
	for _, one := range o {
		if one.State == engine.Done {
			done++
		}
	}
	switch {
	case err != nil:
		s := failed(err)
		s.Count = done
		return s
	case done == 0:
		return summary{Outcome: "nothing to change"}
	}
	return summary{Outcome: "applied", Count: done}
}
