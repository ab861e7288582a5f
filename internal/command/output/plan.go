package output

import (
	"strings"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Plan prints the changes, then what is known, then what to decide before a yes.
func (v *View) Plan(plan *link.Plan) {
	if v.AsJSON {
		v.json(resultOf(plan))
		return
	}
	if plan.Purpose == link.PurposeSignOut && plan.Empty() && len(plan.Warnings) == 0 && !v.on.Terminal && !v.All {
		return // in cron, nobody wants a mail each night
	}
	if plan.Purpose == link.PurposeUndo {
		v.line("", say.Of("Undoing receipt %s.", plan.Of), "")
	}
	whole := *v
	whole.All = v.All || !plan.Folds()
	v = &whole
	v.Changes(plan.Changes)
	if more := plan.IfNeeded(); len(more) > 0 {
		visible.Fprintf(v.Out, "\n%s\n", v.Say(say.Of("Only if needed:")))
		v.Changes(more)
	}
	decide, known := plan.Decisions()
	if plan.Empty() {
		v.line("", say.Of("Nothing to change."), "")
	}
	if !plan.Empty() && len(plan.Warnings) > 0 {
		visible.Fprintln(v.Out)
	}
	v.known(known)
	for _, w := range decide {
		v.warning(w)
	}
	if !plan.Empty() {
		made := say.Count(len(plan.Changes), "%d change to make.", "%d changes to make.")
		visible.Fprintf(v.Out, "\n%s\n", v.on.In(terminal.Bold, v.Say(made)))
	}
}

// known prints warnings that need no decision, in short.
func (v *View) known(list []link.Warning) {
	for _, w := range list {
		if v.All {
			v.warning(w)
			continue
		}
		line := say.Of("Note: %s: %s", w.System.Label(), w.Summary)
		v.line(terminal.Faint, line, "  ")
	}
}

// warning prints a whole warning.
func (v *View) warning(w link.Warning) {
	visible.Fprintf(v.Out, "%s %s\n", v.on.In(terminal.Yellow, "!"), v.on.Wrapped(v.Say(Warning(w)), 2, "  "))
}

// Warning returns a whole warning as one line.
func Warning(w link.Warning) say.Text {
	return say.Of("%s: %s", w.System.Label(), say.Join(w.Summary, w.Advice(report.InFile)))
}

// Changes prints changes.
func (v *View) Changes(list []link.Change) {
	for _, c := range list {
		sign, as := sign(c.Action)
		title := sign + " " + v.Say(doing(&c))
		visible.Fprintf(v.Out, "%s\n", v.on.Styled(as, v.on.Wrapped(title, 0, "  ")))
		hanging := strings.Repeat(" ", 4+utf8.RuneCountInString(v.Say(say.Of("why: %s", ""))))
		why := v.on.Wrapped(v.Say(say.Of("why: %s", c.Why)), 4, hanging)
		visible.Fprintf(v.Out, "    %s\n", v.on.Styled(terminal.Faint, why))
		if folded := v.fields(&c); folded > 0 {
			more := say.Count(folded, "and %d default (--all shows them)", "and %d defaults (--all shows them)")
			visible.Fprintf(v.Out, "    %s\n", v.on.In(terminal.Faint, v.Say(more)))
		}
		if !c.Lost.Empty() {
			title := v.Say(say.Of("cannot be undone:"))
			visible.Fprintf(v.Out, "    %s %s\n", v.on.In(terminal.Red, title),
				v.on.Wrapped(v.Say(c.Lost), 5+utf8.RuneCountInString(title), "         "))
		}
	}
}

// fields prints the fields of a change and returns the number of defaults that it leaves out.
func (v *View) fields(c *link.Change) int {
	shown, usual := c.Fold(false)
	if v.All {
		shown, usual = c.Fields, nil
	}
	width := 0
	for _, f := range shown {
		width = max(width, utf8.RuneCountInString(visible.Line(f.Name)))
	}
	for _, f := range shown {
		gap := 1
		if v.on.Terminal {
			gap += width - utf8.RuneCountInString(visible.Line(f.Name))
		}
		value := v.fieldText(c.Action, f)
		if strings.HasPrefix(string(value), "\n") {
			gap = 0
		}
		visible.Fprintf(v.Out, "    %s:%s%s\n", f.Name, strings.Repeat(" ", gap), value)
	}
	return len(usual)
}

func sign(a link.Action) (string, terminal.Style) {
	switch a {
	case link.Create:
		return "+", terminal.Green
	case link.Delete:
		return "-", terminal.Red
	}
	return "~", terminal.Yellow
}

// fieldText returns the value of a field that an object has or had, or what it changes from and to.
func (v *View) fieldText(a link.Action, f link.Field) visible.Text {
	after := v.value(f.After)
	if f.Generated {
		after = visible.Text(v.Say(say.Of("generated when applied")))
	}
	switch a {
	case link.Create:
		return after
	case link.Delete:
		return v.value(f.Before)
	}
	if edited := v.edited(f); edited != "" && !f.Generated {
		return edited
	}
	return v.on.Styled(terminal.Red, v.value(f.Before)) + " → " + v.on.Styled(terminal.Green, after)
}

// value returns a field's value. One of several lines begins on a new line. A list that is too long for the terminal
// has one entry per line.
func (v *View) value(s link.Shown) visible.Text {
	const indent = "        "
	text := v.Say(s.Words())
	list, ok := s.List()
	if ok && len(list) > 1 && v.on.Width > 0 && utf8.RuneCountInString(text)+30 > v.on.Width {
		lines := link.Each(list, func(one string) string { return "\n" + indent + string(visible.Block(one, indent)) })
		return visible.Text(strings.Join(lines, ""))
	}
	if strings.Contains(text, "\n") {
		text = "\n" + text
	}
	return visible.Block(text, indent)
}
