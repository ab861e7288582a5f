package main

import (
	"bufio"
	"context"
	"strings"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

type applyFlags struct {
	fileFlags
	stateFlag
	Yes bool `help:"Do not ask before making the changes."`
}

// makeFlags are those of apply itself.
type makeFlags struct {
	applyFlags
	RewriteSecret bool `help:"Give PocketBase authentik's client secret again. Nobody can see whether it has another one; verify finds out."`
}

type (
	rotateFlags struct{ applyFlags }
	removeFlags struct{ applyFlags }
)

type stateFlag struct {
	State string `help:"Directory for receipts. Default: authpocket below $$XDG_STATE_HOME or ~/.local/state." env:"AUTHPOCKET_STATE" placeholder:"DIR"`
}

// apply shows the plan, asks, and carries it out.
func (p program) apply(ctx context.Context, f makeFlags) int {
	return p.carryOut(ctx, f.applyFlags, func(e *engine.Engine, spec link.Spec) (link.Plan, error) {
		spec.PocketBase.RewriteSecret = spec.PocketBase.RewriteSecret || f.RewriteSecret
		return e.Plan(ctx, spec)
	}, nil)
}

// proof measures what an apply has led to, and may put it right.
type proof func(context.Context, *engine.Engine, link.Plan) (link.Checks, error)

// carryOut shows what make plans, asks, carries it out, and has it proved
// where there is a proof.
func (p program) carryOut(ctx context.Context, f applyFlags, make func(*engine.Engine, link.Spec) (link.Plan, error), prove proof) int {
	view := p.view(f.JSON)
	e, spec, err := p.open(ctx, f.fileFlags, kept(f.State))
	if err != nil {
		return view.fail(err)
	}
	view.interrupted(e)
	plan, err := make(e, spec)
	if err != nil {
		return view.fail(err)
	}
	if !f.JSON {
		view.plan(plan)
	}
	if !plan.Empty() && !f.Yes && !p.confirmed(ctx, plan) {
		return view.fail(&refusal{"Nothing was changed.", "Answer yes, or run it again with --yes."})
	}
	outcomes := newOutcomes(plan)
	// A signal lets the change that is being made finish: the next one is
	// not begun.
	err = e.Apply(ctx, plan, func(event engine.Event) {
		outcomes.take(event)
		if !f.JSON {
			view.event(event)
		}
	})
	var checks link.Checks
	if err == nil && prove != nil && !plan.Empty() {
		checks, err = prove(ctx, e, plan)
	}
	view.applied(plan, outcomes, checks, err)
	if err != nil {
		return exitError
	}
	return exitOK
}

// confirmed asks. A signal is a no, and so is an end of input. Nothing can wake
// the read of a terminal, so it is left to the program's end, which follows.
func (p program) confirmed(ctx context.Context, plan link.Plan) bool {
	visible.Fprintf(p.err, "Make %s? [y/N] ", changes(len(plan.Changes)))
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(p.in).ReadString('\n')
		lines <- line
	}()
	select {
	case <-ctx.Done():
		visible.Fprintln(p.err)
		return false
	case line := <-lines:
		answer := strings.ToLower(strings.TrimSpace(line))
		return answer == "y" || answer == "yes"
	}
}

// refusal is an end that nothing went wrong for.
type refusal struct{ summary, todo string }

func (r *refusal) Error() string { return r.summary + " " + r.todo }

func (r *refusal) Messages() []link.Message {
	return []link.Message{{Summary: r.summary, Todo: r.todo}}
}

// outcomes are the states of all changes of a plan.
type outcomes []outcome

type outcome struct {
	link.Change
	State   engine.State `json:"state"`
	Summary string       `json:"summary,omitempty"`
	Todo    string       `json:"todo,omitempty"`
}

func newOutcomes(plan link.Plan) outcomes {
	list := make(outcomes, len(plan.Changes))
	for i, c := range plan.Changes {
		list[i] = outcome{Change: c, State: engine.Waiting}
	}
	return list
}

func (o outcomes) take(e engine.Event) {
	if e.Index < len(o) {
		one := outcome{Change: e.Change, State: e.State}
		if len(e.Messages) > 0 {
			one.Summary, one.Todo = e.Messages[0].What(), e.Messages[0].Advice(link.InFile)
		}
		o[e.Index] = one
	}
}
