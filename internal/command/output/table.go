package output

import (
	"strings"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/visible"
)

// table prints rows in columns, the first of them in a style. On a terminal that is too narrow for the columns, each
// row is a list. The last cell may take more than a line.
func (v View) table(rows [][]string, head terminal.Style) {
	last, width := len(rows[0])-1, 0
	columns := make([]int, last)
	for i := range columns {
		for _, row := range rows {
			columns[i] = max(columns[i], utf8.RuneCountInString(visible.Line(row[i])))
		}
		width += columns[i] + 2
	}
	const least = 12 // columns for the last cell
	if v.on.Terminal && width+least > v.on.Width {
		v.rowsAsLists(rows)
		return
	}
	indent := strings.Repeat(" ", width)
	for i, row := range rows {
		var line strings.Builder
		for j, cell := range row[:last] {
			cell = visible.Line(cell)
			line.WriteString(cell + strings.Repeat(" ", columns[j]-utf8.RuneCountInString(cell)+2))
		}
		text := visible.Text(line.String()) + v.on.Wrapped(row[last], width, indent)
		text = visible.Text(strings.TrimRight(string(text), " "))
		if i == 0 {
			text = v.on.Styled(head, text)
		}
		visible.Fprintf(v.Out, "%s\n", text)
	}
}

// rowsAsLists prints the cells of each row below each other, each with its title.
func (v View) rowsAsLists(rows [][]string) {
	for _, row := range rows[1:] {
		for j, cell := range row {
			before := "  "
			if j == 0 {
				before = ""
			}
			if before += strings.ToLower(rows[0][j]) + ": "; cell != "" {
				visible.Fprintf(v.Out, "%s%s\n", before, v.on.Wrapped(cell, len(before), "    "))
			}
		}
	}
}
