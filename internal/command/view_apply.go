package command

import (
	"slices"

	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/visible"
)

// progress returns a hook that keeps the outcomes and, unless they are printed
// as JSON at the end, shows each step.
func (v view) progress(o outcomes) engine.Hook {
	return func(e engine.Event) {
		o.take(e)
		if !v.asJSON {
			v.event(e)
		}
	}
}

func (v view) event(e engine.Event) {
	what := e.Change.System.Label() + ": " + string(e.Change.Action) + " " + e.Change.Object
	if v.on.terminal {
		v.step(e, what)
		return
	}
	switch e.State {
	case engine.Running:
		visible.Fprintf(v.out, "%s ... ", what)
	case engine.Done:
		visible.Fprintln(v.out, "done")
	case engine.Failed:
		visible.Fprintln(v.out, "failed")
	}
}

// step shows a step at a terminal: a status while it runs, and a line when it ended.
func (v view) step(e engine.Event, what string) {
	if v.errs.erases && e.State != engine.Running {
		visible.Fprintf(v.err, "%s", eraseLine)
	}
	switch e.State {
	case engine.Running:
		if v.errs.erases {
			v.errs.replaceLine(v.err, what)
		}
	case engine.Done:
		visible.Fprintf(v.out, "%s %s\n", v.on.in(green, "done  "), what)
	case engine.Failed:
		visible.Fprintf(v.out, "%s %s\n", v.on.in(red, "failed"), what)
	}
}

// ending returns the last line for an applied plan.
func ending(plan link.Plan) string {
	switch {
	case plan.Empty():
		return ""
	case plan.Purpose == link.PurposeUndo:
		if plan.Restores {
			return "The link is restored."
		}
		if slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == link.WarnLost }) {
			return "Undone, except for what cannot be restored."
		}
		return "Undone."
	case plan.Purpose == link.PurposeRemove:
		return "The link is removed. Accounts stay."
	case plan.Purpose == link.PurposeRotate:
		return "Both systems have the new client secret."
	}
	return "Applied. Run authpocket verify to check sign-in."
}

func (v view) applied(plan link.Plan, o outcomes, checks link.Checks, err error) {
	if v.asJSON {
		v.json(v.applyResult(o, checks, err))
	} else if checks != nil {
		v.checks(checks, link.SignedIn{})
	}
	if err != nil {
		v.errors(err)
		return
	}
	if words := ending(plan); !v.asJSON && words != "" {
		visible.Fprintf(v.out, "%s\n", v.on.in(green, words))
	}
}
