package output

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/journal"
	"authpocket/internal/link"
)

// did says in a few words what the changes of a receipt did.
func did(s journal.Summary) string {
	switch s.Kind {
	case journal.Rotate:
		return newSecret
	case journal.Remove:
		return "removed"
	case journal.Undo:
		return "undid " + s.Of
	case journal.Proof:
		return "test sign-in of a new person"
	}
	var all []string
	for _, c := range s.Written {
		all = append(all, didChange(c)...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	const most = 3
	switch {
	case slices.Contains(all, created):
		return created
	case len(all) == 0:
		return "nothing"
	case len(all) > most:
		return strings.Join(all[:most-1], ", ") + fmt.Sprintf(" and %d more", len(all)-most+1)
	}
	return strings.Join(all, ", ")
}

const (
	created   = "created"
	newSecret = "new client secret" // #nosec G101 -- words
)

// didChange says what a change did, once for each of its fields.
func didChange(c link.Change) []string {
	switch c.Kind {
	case link.KindPair:
		words := map[link.Action]string{link.Create: created, link.Delete: "removed"}
		return []string{cmp.Or(words[c.Action], "changed")}
	case link.KindBinding:
		return []string{"access changed"}
	case link.KindKey:
		return []string{"new signing key"}
	case link.KindMapping:
		return []string{"e-mail mapping changed"}
	}
	return link.Each(c.Fields, func(f link.Field) string {
		switch label := c.FieldLabel(f.Name); {
		case f.Sensitive:
			return newSecret
		case f.Name == "name":
			return "renamed"
		default:
			return label + " changed"
		}
	})
}
