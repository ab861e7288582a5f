package signin

import (
	"strings"

	"authpocket/internal/report"
)

// Troubleshooting returns the text of docs/troubleshooting.md.
func Troubleshooting() string {
	var b strings.Builder
	b.WriteString(`# Troubleshooting

Why a sign-in with authentik fails in PocketBase, in the order in which a sign-in meets the causes. The checks and the
test sign-in on the verify page report the same causes. “sign-in” is the test sign-in; ` + "`pocketbase.probe`" + ` is
the slow check that has PocketBase call authentik. The last column shows whether authpocket can fix the cause with a
plan.

| cause | found by | what to do | plan |
|---|---|---|---|
`)
	for _, c := range Causes() {
		row := []string{"[" + c.Title.String() + "](#" + string(c.ID) + ")", checkNames(c.Checks),
			cell(c.Todo.String()), fixable(c)}
		b.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	for _, c := range Causes() {
		b.WriteString("\n<a id=\"" + string(c.ID) + "\"></a>\n\n## " + c.Title.String() + "\n\n")
		b.WriteString("**What people see:** " + c.Symptom.String() + "\n\n" + c.Why.String() + "\n\n**What to do:** " +
			c.Todo.String() + "\n\n")
		b.WriteString("Found by " + checkNames(c.Checks) + ".")
		if c.Fixable {
			b.WriteString(" authpocket can fix it: apply the link again and review the plan.")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func checkNames(ids []report.CheckID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = "`" + string(id) + "`"
		if id == report.CheckSignIn {
			names[i] = string(id)
		}
	}
	return strings.Join(names, ", ")
}

// cell escapes text for a table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func fixable(c Cause) string {
	if c.Fixable {
		return "yes"
	}
	return "no"
}
