package output

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// inColumn returns words in the language, each as wide as the widest.
func (v *View) inColumn(words ...say.Text) []string {
	said := link.Each(words, v.Say)
	width := 0
	for _, one := range said {
		width = max(width, utf8.RuneCountInString(one))
	}
	return link.Each(said, func(one string) string { return fmt.Sprintf("%-*s", width, one) })
}

// table prints rows in columns, the first of them in a style. On a terminal that is too narrow for the columns, each
// row is a list. The last cell may take more than a line. The titles are in capitals if they have a style.
func (v *View) table(texts [][]say.Text, head terminal.Style) {
	rows := link.Each(texts, func(row []say.Text) []string { return link.Each(row, v.Say) })
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
		if i == 0 && head != "" {
			text = v.on.Styled(head, visible.Text(strings.ToUpper(string(text))))
		}
		visible.Fprintf(v.Out, "%s\n", text)
	}
}

// rowsAsLists prints the cells of each row below each other, each with its title.
func (v *View) rowsAsLists(rows [][]string) {
	for _, row := range rows[1:] {
		for j, cell := range row {
			before := "  "
			if j == 0 {
				before = ""
			}
			if before += rows[0][j] + ": "; cell != "" {
				visible.Fprintf(v.Out, "%s%s\n", before, v.on.Wrapped(cell, len(before), "    "))
			}
		}
	}
}
