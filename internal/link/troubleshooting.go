package link

import "strings"

// Troubleshooting is docs/troubleshooting.md, written from the catalogue.
func Troubleshooting() string {
	var b strings.Builder
	b.WriteString(`# Troubleshooting

What makes a sign-in with authentik fail in PocketBase, in the order in which a sign-in meets it. The checks and the test sign-in on
the verify page name the same causes. “sign-in” stands for the test sign-in; ` + "`pocketbase.probe`" + ` is the slow check, which has
PocketBase itself call authentik. Where a plan of authpocket's puts it right, the last column says so.

| cause | found by | what to do | plan |
|---|---|---|---|
`)
	for _, c := range Causes() {
		b.WriteString("| [" + c.Title + "](#" + string(c.ID) + ") | " + checkNames(c.Checks) + " | " + cell(c.Todo) + " | " + fixable(c) + " |\n")
	}
	for _, c := range Causes() {
		b.WriteString("\n<a id=\"" + string(c.ID) + "\"></a>\n\n## " + c.Title + "\n\n")
		b.WriteString("**What people see:** " + c.Symptom + "\n\n" + c.Why + "\n\n**What to do:** " + c.Todo + "\n\n")
		b.WriteString("Found by " + checkNames(c.Checks) + ".")
		if c.Fixable {
			b.WriteString(" authpocket can put it right: apply the link again, and look at the preview.")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func checkNames(ids []CheckID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = "`" + string(id) + "`"
		if id == CheckSignIn {
			names[i] = string(id)
		}
	}
	return strings.Join(names, ", ")
}

// cell keeps a text inside its cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func fixable(c Cause) string {
	if c.Fixable {
		return "yes"
	}
	return "no"
}
