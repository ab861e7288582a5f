package output

import (
	"slices"

	"authpocket/internal/command/terminal"
	"authpocket/internal/engine/apply"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Progress returns a hook that keeps the outcomes and, unless they are printed
// as JSON at the end, shows each step.
func (v *View) Progress(o Outcomes) apply.Hook {
	return func(e apply.Event) {
		o.take(&e)
		if !v.AsJSON {
			v.event(e)
		}
	}
}

func (v *View) event(e apply.Event) {
	what := v.Say(doing(&e.Change))
	if v.on.Terminal {
		v.step(&e, what)
		return
	}
	switch e.State {
	case apply.Running:
		visible.Fprintf(v.Out, "%s ... ", what)
	case apply.Done:
		v.line("", say.Of("done"), "")
	case apply.Failed:
		v.line("", say.Of("failed"), "")
	}
}

// doing says what a change does.
func doing(c *link.Change) say.Text {
	switch c.Action {
	case link.Create:
		return say.Of("%s: create %s", c.System.Label(), c.Object)
	case link.Update:
		return say.Of("%s: update %s", c.System.Label(), c.Object)
	case link.Delete:
		return say.Of("%s: delete %s", c.System.Label(), c.Object)
	}
	return say.Of("%s: leave %s", c.System.Label(), c.Object)
}

// step shows a step at a terminal: a status while it runs, and a line when it ended.
func (v *View) step(e *apply.Event, what string) {
	if v.errs.Erases && e.State != apply.Running {
		visible.Fprintf(v.Err, "%s", terminal.EraseLine)
	}
	words := v.inColumn(say.Of("done"), say.Of("failed"))
	switch e.State {
	case apply.Running:
		if v.errs.Erases {
			v.errs.ReplaceLine(v.Err, what)
		}
	case apply.Done:
		visible.Fprintf(v.Out, "%s %s\n", v.on.In(terminal.Green, words[0]), what)
	case apply.Failed:
		visible.Fprintf(v.Out, "%s %s\n", v.on.In(terminal.Red, words[1]), what)
	}
}

// ending returns the last line for an applied plan.
func ending(plan *link.Plan) say.Text {
	switch {
	case plan.Empty():
		return say.Text{}
	case plan.Purpose == link.PurposeUndo:
		if plan.Restores {
			return say.Of("The link is restored.")
		}
		if slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool { return w.ID == report.WarnLost }) {
			return say.Of("Undone, except for what cannot be restored.")
		}
		return say.Of("Undone.")
	case plan.Purpose == link.PurposeRemove:
		return say.Of("The link is removed. Accounts stay.")
	case plan.Purpose == link.PurposeSignOut:
		return say.Of("Applied.")
	case plan.Purpose == link.PurposeRotate:
		return say.Of("Both systems have the new client secret.")
	}
	switch {
	case plan.Part == link.PartBeforeProof:
		return say.Of("Applied, but for what needs a proof. Run authpocket apply --sign-in-new to do that, too.")
	case plan.NeedsProof() && !link.TurnsOff(plan.Changes):
		return say.Of("Applied. The old slot is gone, and people sign in to %s through %s.",
			plan.Desired.Collection.Name, plan.Desired.Slot.Slot)
	case plan.NeedsProof():
		return say.Of("Applied. People sign in to %s as chosen. Superusers still have their password.",
			plan.Desired.Collection.Name)
	}
	return say.Of("Applied. Run authpocket verify to check sign-in.")
}

// Applied prints the outcome of an apply. checks are nil if none was made, and seen is a sign-in that worked.
func (v *View) Applied(plan *link.Plan, o Outcomes, checks report.Checks, seen report.SignedIn, err error) {
	if v.AsJSON {
		v.json(v.applyResult(o, checks, seen, err))
	} else if len(checks) > 0 {
		v.checks(checks, seen)
	}
	if err != nil {
		v.Errors(err)
		return
	}
	if words := ending(plan); !words.Empty() {
		v.ended(words, terminal.Green)
	}
}

// WayBack prints how to undo a receipt. JSON has it in the list of receipts.
func (v *View) WayBack(receipt string) {
	v.ended(say.Of("The way back: %s", "authpocket undo -f "+v.File.Path+" "+receipt), "")
}
