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

// table prints rows in columns. On a terminal, the titles are in capitals, and cells take several lines where the
// columns would be too wide. Where the longest words are too wide even so, each row is a list.
func (v *View) table(texts [][]say.Text) {
	rows, columns, least := make([][]string, len(texts)), make([]int, len(texts[0])), make([]int, len(texts[0]))
	for i, row := range texts {
		for j, text := range row {
			cell := visible.Line(v.Say(text))
			rows[i] = append(rows[i], cell)
			columns[j] = max(columns[j], utf8.RuneCountInString(cell))
			for _, word := range strings.Split(cell, " ") {
				least[j] = max(least[j], utf8.RuneCountInString(word))
			}
		}
	}
	if v.on.Terminal && !fit(rows, columns, least, v.on.Width-2*(len(columns)-1)) {
		v.rowsAsLists(rows)
		return
	}
	for i, row := range rows {
		for _, line := range inColumns(row, columns) {
			as := terminal.Style("")
			if v.on.Terminal && i == 0 {
				as, line = terminal.Bold, strings.ToUpper(line)
			}
			visible.Fprintf(v.Out, "%s\n", v.on.Styled(as, visible.Text(line)))
		}
	}
}

// inColumns returns the lines of a row.
func inColumns(row []string, columns []int) []string {
	var lines []string
	for j, cell := range row {
		before := sum(columns[:j]) + 2*j
		for i, part := range terminal.Lines(cell, columns[j], columns[j]) {
			if i == len(lines) {
				lines = append(lines, "")
			}
			if part != "" {
				lines[i] += strings.Repeat(" ", before-utf8.RuneCountInString(lines[i])) + part
			}
		}
	}
	return lines
}

func sum(list []int) int {
	all := 0
	for _, one := range list {
		all += one
	}
	return all
}

// fit narrows columns to the room that there is, each time the one in which that breaks the fewest cells. It reports
// false if there is too little for the longest words. The last column may be narrower than these.
func fit(rows [][]string, columns, least []int, room int) bool {
	const narrow = 12 // columns for the last cell
	least[len(least)-1] = min(narrow, least[len(least)-1])
	for sum(columns) > room {
		best, fewest := -1, 0
		for j, width := range columns {
			if width == least[j] {
				continue
			}
			broken := 0
			for _, row := range rows {
				if utf8.RuneCountInString(row[j]) >= width {
					broken++
				}
			}
			if best < 0 || broken < fewest || broken == fewest && width > columns[best] {
				best, fewest = j, broken
			}
		}
		if best < 0 {
			return false
		}
		columns[best]--
	}
	return true
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
