package output

import (
	"slices"
	"strings"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// edited returns how a text of several lines changes, or a list that is too long for a line of the terminal: what comes
// and what goes, each on a line of its own. What stays of a list is left out without --all. It returns nothing for any
// other value.
func (v *View) edited(f link.Field) visible.Text {
	was, isText := f.Before.Text()
	is, stillText := f.After.Text()
	before, isList := f.Before.List()
	after, stillList := f.After.List()
	switch {
	case isText && stillText && strings.Contains(was+is, "\n"):
		before, after = strings.SplitAfter(was, "\n"), strings.SplitAfter(is, "\n")
	case !isList || !stillList || v.on.Width == 0 ||
		utf8.RuneCountInString(f.Before.String()+f.After.String())+30 < v.on.Width:
		return ""
	}
	const indent = "        "
	const most = 1 << 22 // pairs of lines to compare
	var lines visible.Text
	same, many := 0, len(before)*len(after) > most
	for len(before)+len(after) > 0 {
		sign, line, as := "", "", terminal.Style("")
		switch {
		case len(before) > 0 && len(after) > 0 && before[0] == after[0]:
			sign, line = " ", before[0]
			before, after = before[1:], after[1:]
		case len(before) > 0 && (many || !slices.Contains(after, before[0])):
			sign, line, as, before = "-", before[0], terminal.Red, before[1:]
		default:
			sign, line, as, after = "+", after[0], terminal.Green, after[1:]
		}
		if line == "" && isText { // after the last line break
			continue
		}
		if sign == " " && isList && !v.All {
			same++
			continue
		}
		line = sign + " " + string(visible.Block(strings.TrimRight(line, "\r\n"), indent+"  "))
		lines += "\n" + indent + v.on.Styled(as, visible.Text(strings.TrimRight(line, " ")))
	}
	if same > 0 {
		lines += "\n" + indent + v.on.In(terminal.Faint, v.Say(say.Of("and %d unchanged", same)))
	}
	return lines
}
