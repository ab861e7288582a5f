package export

import (
	"fmt"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// markdown returns a description of the plan, for a ticket or a wiki.
func markdown(p link.Plan) (string, error) {
	c := carrier{name: "Markdown", systems: []report.System{report.Authentik, report.PB}, accounts: true, any: true}
	if err := c.check(&p); err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# %s\n", title(p.Purpose))
	markdownLink(&out, &p.Desired)
	fmt.Fprintf(&out, "\n## %s\n", countOf(len(p.Changes), "Nothing to change", "%s"))
	for i, change := range p.Changes {
		markdownChange(&out, i+1, &change)
	}
	if len(p.Warnings) > 0 {
		out.WriteString("\n## To know\n\n")
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(&out, "- %s: %s %s\n", w.System.Label(), markdownProse(w.Summary.String()),
			markdownProse(w.Advice(report.InFile).String()))
	}
	return out.String(), nil
}

func title(p link.Purpose) string {
	const subject = "sign-in with authentik for PocketBase"
	kinds := map[link.Purpose]string{link.PurposeUndo: "Undo: ", link.PurposeRemove: "Removal: ",
		link.PurposeRotate: "New client secret: "}
	if kind, found := kinds[p]; found {
		return kind + subject
	}
	return "S" + subject[1:]
}

// markdownLink describes the link, if the plan leads to one.
func markdownLink(out *strings.Builder, d *link.Desired) {
	if d.Application.Name == "" {
		return
	}
	out.WriteString("\n|  |  |\n|---|---|\n")
	for _, row := range [][2]string{
		{"authentik", d.AuthentikURL}, {"Application", d.Application.Name}, {"PocketBase", d.PocketBaseURL},
		{"Auth collection", d.Collection.Name}, {"Slot", d.Slot.Slot}, {"E-mail addresses", string(d.Email)},
	} {
		fmt.Fprintf(out, "| %s | %s |\n", row[0], markdownString(row[1]))
	}
}

func markdownChange(out *strings.Builder, n int, c *link.Change) {
	fmt.Fprintf(out, "\n### %d. %s: %s %s\n\n", n, c.System.Label(), markdownProse(string(c.Action)),
		markdownProse(string(c.Kind)))
	fmt.Fprintf(out, "- Object: %s\n", markdownString(c.Object.String()))
	for _, one := range []struct{ name, value string }{
		{"Why", c.Why.String()}, {"Step of authentik's PocketBase guide", c.Step}, {"Undo", c.Lost.String()},
	} {
		if one.value != "" {
			fmt.Fprintf(out, "- %s: %s\n", one.name, markdownProse(one.value))
		}
	}
	out.WriteString("\n| Field | Before | After |\n|---|---|---|\n")
	for _, f := range c.Fields {
		fmt.Fprintf(out, "| %s | %s | %s |\n", markdownString(f.Name), fieldValue(f, f.Before), fieldValue(f, f.After))
	}
}

// fieldValue returns a field's value before or after. For a secret it only says
// whether it is set.
func fieldValue(f link.Field, v link.Shown) string {
	if !f.Sensitive {
		return markdownValue(v)
	}
	if m, ok := link.AsMasked(v).Mask(); ok {
		return string(m)
	}
	return string(link.MaskedNone)
}
