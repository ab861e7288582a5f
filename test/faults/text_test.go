package faults_test

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// difference returns the lines that only one of two texts has, each cut to the
// part that differs.
func difference(want, got string) string {
	var lines []string
	for line := range strings.Lines(udiff.Unified("", "", want, got)) {
		if marked := strings.HasPrefix(line, "-") || strings.HasPrefix(line, "+"); marked && len(line) > 5 {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	for i := range lines {
		if i > 0 && lines[i][0] == '+' && lines[i-1][0] == '-' {
			at := common(lines[i-1][1:], lines[i][1:])
			lines[i-1], lines[i] = part(lines[i-1], at), part(lines[i], at)
		}
	}
	for i := range lines {
		lines[i] = part(lines[i], 0)
	}
	return strings.Join(lines, "\n")
}

// common returns the length of the common prefix of two lines.
func common(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// part returns the part of a line around a position.
func part(line string, at int) string {
	const before, after = 40, 160
	from, to := max(1, at-before), min(len(line), at+after)
	if len(line) <= after || from >= to {
		return line
	}
	return line[:1] + "…" + line[from:to] + "…"
}
