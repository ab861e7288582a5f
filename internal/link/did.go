package link

import (
	"fmt"
	"slices"
	"strings"
)

// mostDid bounds the fields that Did names.
const mostDid = 3

// Did says in a few words what the changes of a plan with that purpose did. An undo took back the receipt of.
func Did(purpose Purpose, of string, changes []Change) string {
	switch purpose {
	case PurposeUndo:
		return strings.TrimSpace("Undone: " + of)
	case PurposeRotate:
		return "Client secret rotated"
	case PurposeRemove:
		return "Link removed"
	case PurposeProof:
		return "Proof with a new person"
	}
	fields, more := DidChange(changes), ""
	switch {
	case len(changes) == 0:
		return "Nothing changed"
	case Creates(changes):
		return "Link created"
	case len(fields) == 0:
		return "Link changed"
	case len(fields) > mostDid:
		more = fmt.Sprintf(" and %d more", len(fields)-mostDid+1)
		fields = fields[:mostDid-1]
	}
	return "Link changed: " + strings.Join(fields, ", ") + more
}

// Creates reports whether the changes create the link.
func Creates(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == KindPair && c.Action == Create })
}

// DidChange names what the changes changed, each once, for use within a sentence.
func DidChange(changes []Change) []string {
	var all []string
	for _, c := range changes {
		switch c.Kind {
		case KindBinding:
			all = append(all, "access")
		case KindKey:
			all = append(all, "signing key")
		case KindMapping:
			all = append(all, "e-mail mapping")
		default:
			for _, f := range c.Fields {
				word := c.FieldLabel(f.Name)
				if f.Name == "name" {
					word = "name" // of both of authentik's objects
				}
				all = append(all, word)
			}
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(one string) bool {
		twice := seen[one]
		seen[one] = true
		return twice
	})
}
