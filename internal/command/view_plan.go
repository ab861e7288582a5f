package command

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"authpocket/internal/link"
	"authpocket/internal/visible"
)

// plan prints the changes, then what is known, then what to decide before a yes.
func (v view) plan(plan link.Plan) {
	if v.asJSON {
		v.json(resultOf(plan))
		return
	}
	if plan.Purpose == link.PurposeUndo {
		visible.Fprintf(v.out, "Undoing receipt %s.\n", plan.Of)
	}
	v.all = v.all || !plan.Folds()
	v.changes(plan.Changes)
	if more := plan.IfNeeded(); len(more) > 0 {
		visible.Fprintf(v.out, "\nOnly if needed:\n")
		v.changes(more)
	}
	decide, known := plan.Decisions()
	if plan.Empty() {
		visible.Fprintln(v.out, "Nothing to change.")
	}
	if !plan.Empty() && len(plan.Warnings) > 0 {
		visible.Fprintln(v.out)
	}
	v.known(known)
	for _, w := range decide {
		v.warning(w)
	}
	if !plan.Empty() {
		visible.Fprintf(v.out, "\n%s\n", v.on.in(bold, changes(len(plan.Changes))+" to make."))
	}
}

// known prints warnings that need no decision, in short.
func (v view) known(list []link.Warning) {
	for _, w := range list {
		if v.all {
			v.warning(w)
			continue
		}
		line := "Note: " + w.System.Label() + ": " + w.Summary
		visible.Fprintf(v.out, "%s\n", v.on.styled(faint, v.on.wrapped(line, 0, "  ")))
	}
}

// warning prints a whole warning.
func (v view) warning(w link.Warning) {
	line := w.System.Label() + ": " + link.Joined(w.Summary, w.Advice(link.InFile))
	visible.Fprintf(v.out, "%s %s\n", v.on.in(yellow, "!"), v.on.wrapped(line, 2, "  "))
}

func (v view) changes(list []link.Change) {
	for _, c := range list {
		sign, as := sign(c.Action)
		visible.Fprintf(v.out, "%s\n", v.on.in(as, sign+" "+c.System.Label()+": "+string(c.Action)+" "+c.Object))
		visible.Fprintf(v.out, "    %s\n", v.on.styled(faint, v.on.wrapped("why: "+c.Why, 4, "         ")))
		if folded := v.fields(c); folded > 0 {
			visible.Fprintf(v.out, "    %s\n", v.on.in(faint, "and "+defaults(folded)+" (--all shows them)"))
		}
		if c.Lost != "" {
			visible.Fprintf(v.out, "    %s %s\n", v.on.in(red, "cannot be undone:"),
				v.on.wrapped(c.Lost, 22, "         "))
		}
	}
}

// fields prints the fields of a change and returns the number of defaults that it leaves out.
func (v view) fields(c link.Change) int {
	shown, usual := c.Fold(false)
	if v.all {
		shown, usual = c.Fields, nil
	}
	width := 0
	for _, f := range shown {
		width = max(width, utf8.RuneCountInString(visible.Line(f.Name)))
	}
	for _, f := range shown {
		gap := 1
		if v.on.terminal {
			gap += width - utf8.RuneCountInString(visible.Line(f.Name))
		}
		value := v.fieldText(c.Action, f)
		if strings.HasPrefix(string(value), "\n") {
			gap = 0
		}
		visible.Fprintf(v.out, "    %s:%s%s\n", f.Name, strings.Repeat(" ", gap), value)
	}
	return len(usual)
}

func sign(a link.Action) (string, style) {
	switch a {
	case link.Create:
		return "+", green
	case link.Delete:
		return "-", red
	}
	return "~", yellow
}

// fieldText returns the value of a field that an object has or had, or what it changes from and to.
func (v view) fieldText(a link.Action, f link.Field) visible.Text {
	after := v.value(f.After)
	if f.Generated {
		after = "generated when applied"
	}
	switch a {
	case link.Create:
		return after
	case link.Delete:
		return v.value(f.Before)
	}
	return v.on.styled(red, v.value(f.Before)) + " → " + v.on.styled(green, after)
}

// value returns a field's value. One of several lines begins on a new line. A list that is too long for the terminal
// has one entry per line.
func (v view) value(s link.Shown) visible.Text {
	const indent = "        "
	list, ok := s.List()
	if ok && len(list) > 1 && v.on.width > 0 && utf8.RuneCountInString(link.Show(s))+30 > v.on.width {
		lines := link.Each(list, func(one string) string { return "\n" + indent + string(visible.Block(one, indent)) })
		return visible.Text(strings.Join(lines, ""))
	}
	text := link.Show(s)
	if strings.Contains(text, "\n") {
		text = "\n" + text
	}
	return visible.Block(text, indent)
}

func defaults(n int) string {
	return cmp.Or(map[int]string{1: "1 default"}[n], fmt.Sprintf("%d defaults", n))
}

func changes(n int) string {
	return cmp.Or(map[int]string{1: "1 change"}[n], fmt.Sprintf("%d changes", n))
}
