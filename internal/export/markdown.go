package export

import (
	"fmt"
	"strings"

	"authpocket/internal/link"
)

// markdown writes what the plan changes, for a ticket or a wiki.
func markdown(p link.Plan) (string, error) {
	c := carrier{name: "Markdown", systems: []link.System{link.Authentik, link.PB}}
	if err := c.check(p); err != nil {
		return "", err
	}
	if err := c.checkChanges(p); err != nil {
		return "", err
	}
	var out strings.Builder
	d := p.Desired
	out.WriteString("# Sign-in with authentik for PocketBase\n\n")
	table(&out, [2]string{"", ""}, [][2]string{
		{"authentik", markdownValue(d.AuthentikURL)},
		{"Application", markdownValue(d.Application.Name)},
		{"PocketBase", markdownValue(d.PocketBaseURL)},
		{"Auth collection", markdownValue(d.Collection.Name)},
		{"Slot", markdownValue(d.Slot.Slot)},
		{"E-mail addresses", markdownValue(string(p.Desired.Email))},
	})
	fmt.Fprintf(&out, "\n## %s\n", heading(len(p.Changes)))
	for i, change := range p.Changes {
		markdownChange(&out, i+1, change)
	}
	if len(p.Warnings) > 0 {
		out.WriteString("\n## To know\n\n")
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&out, "- %s: %s %s\n", w.System.Label(), markdownProse(w.Summary), markdownProse(w.Detail))
	}
	return out.String(), nil
}

func heading(n int) string {
	switch n {
	case 0:
		return "Nothing to change"
	case 1:
		return "1 change"
	}
	return fmt.Sprintf("%d changes", n)
}

func markdownChange(out *strings.Builder, n int, c link.Change) {
	fmt.Fprintf(out, "\n### %d. %s: %s %s\n\n", n, c.System.Label(), markdownProse(string(c.Action)), markdownProse(string(c.Kind)))
	fmt.Fprintf(out, "- Object: %s\n", markdownValue(c.Object))
	for _, one := range []struct{ name, value string }{
		{"Why", c.Why}, {"Step of the guide", c.Step}, {"Undo", c.Lost},
	} {
		if one.value != "" {
			fmt.Fprintf(out, "- %s: %s\n", one.name, markdownProse(one.value))
		}
	}
	out.WriteString("\n| Field | Before | After |\n|---|---|---|\n")
	for _, f := range c.Fields {
		fmt.Fprintf(out, "| %s | %s | %s |\n", markdownValue(f.Name), fieldValue(f, f.Before), fieldValue(f, f.After))
	}
}

// fieldValue is a field before or after. Of a secret it only says whether
// there is one, whatever the field holds.
func fieldValue(f link.Field, v any) string {
	if !f.Sensitive {
		return markdownValue(v)
	}
	switch v {
	case nil, "", "not set":
		return "not set"
	case "set (a new one)", "set (authentik's)":
		return link.Show(v)
	}
	return "set"
}

func table(out *strings.Builder, head [2]string, rows [][2]string) {
	fmt.Fprintf(out, "| %s | %s |\n|---|---|\n", head[0], head[1])
	for _, row := range rows {
		fmt.Fprintf(out, "| %s | %s |\n", row[0], row[1])
	}
}

// checkChanges looks at what only the account of a plan shows: values that
// were there before, and words about them.
func (c carrier) checkChanges(p link.Plan) error {
	var problems link.Problems
	for _, change := range p.Changes {
		for _, s := range []string{change.Object, change.Why, change.Step, change.Lost} {
			c.add(&problems, text{label: "description of a change", value: s})
		}
		for _, f := range change.Fields {
			for _, s := range textsOf(f.Name, f.Before, f.After) {
				c.add(&problems, text{field: f.Name, label: "field " + f.Name, value: s})
			}
		}
	}
	for _, w := range p.Warnings {
		c.add(&problems, text{label: "text of a warning", value: w.Summary + w.Detail})
	}
	return problems.Err()
}

// textsOf are the texts in a field's values.
func textsOf(values ...any) []string {
	var list []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			list = append(list, v)
		case []string:
			list = append(list, v...)
		}
	}
	return list
}
