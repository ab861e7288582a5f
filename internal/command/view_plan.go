package command

import (
	"authpocket/internal/link"
	"authpocket/internal/visible"
	"cmp"
	"fmt"
)

func (v view) plan(plan link.Plan) {
	if v.asJSON {
		v.json(resultOf(plan))
		return
	}
	v.changes(plan.Changes)
	if more := plan.IfNeeded(); len(more) > 0 {
		visible.Fprintln(v.out, "Only if needed:")
		v.changes(more)
	}
	for _, w := range plan.Warnings {
		visible.Fprintf(v.out, "! %s: %s %s\n", w.System.Label(), w.Summary, w.Detail)
	}
	if plan.Empty() {
		visible.Fprintln(v.out, "Nothing to change.")
		return
	}
	visible.Fprintf(v.out, "%s to make.\n", changes(len(plan.Changes)))
}

func (v view) changes(list []link.Change) {
	for _, c := range list {
		visible.Fprintf(v.out, "%s %s: %s %s\n", sign(c.Action), c.System.Label(), c.Action, c.Object)
		for _, f := range c.Fields {
			visible.Fprintf(v.out, "    %s: %s\n", f.Name, fieldText(c.Action, f))
		}
		visible.Fprintf(v.out, "    why: %s\n", c.Why)
		if c.Lost != "" {
			visible.Fprintf(v.out, "    cannot be undone: %s\n", c.Lost)
		}
	}
}

func sign(a link.Action) string {
	return cmp.Or(map[link.Action]string{link.Create: "+", link.Delete: "-"}[a], "~")
}

func fieldText(a link.Action, f link.Field) visible.Text {
	const indent = "        "
	const anew = "generated when applied"
	if f.Generated && a == link.Create {
		return anew
	}
	if f.Generated {
		return visible.Block(link.Show(f.Before), indent) + " → " + anew
	}
	after := visible.Block(link.Show(f.After), indent)
	if a == link.Create {
		return after
	}
	return visible.Block(link.Show(f.Before), indent) + " → " + after
}

func changes(n int) string {
	if n == 1 {
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}
