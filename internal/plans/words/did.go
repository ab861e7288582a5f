package words

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/say"
)

// mostDid bounds the fields that Did names.
const mostDid = 3

// Did says in a few words what the changes of a plan with that purpose did. An undo took back the receipt of.
func Did(purpose link.Purpose, of string, changes []link.Change) say.Text {
	switch purpose {
	case link.PurposeUndo:
		if of == "" {
			return say.Of("Undone")
		}
		return say.Of("Undone: %s", of)
	case link.PurposeRotate:
		return say.Of("Client secret rotated")
	case link.PurposeRemove:
		return say.Of("Link removed")
	case link.PurposeProof:
		return say.Of("Proof with a new person")
	case link.PurposeSignOut:
		return say.Count(len(changes), "%d account signed out", "%d accounts signed out")
	}
	fields := DidChange(changes)
	switch {
	case len(changes) == 0:
		return say.Of("Nothing changed")
	case link.Creates(changes):
		return say.Of("Link created")
	case len(fields) == 0:
		return say.Of("Link changed")
	case len(fields) > mostDid:
		return say.Of("Link changed: %s and %d more", say.List(fields[:mostDid-1]...), len(fields)-mostDid+1)
	}
	return say.Of("Link changed: %s", say.List(fields...))
}

// didMapping names which of authpocket's own mappings changed.
func didMapping(c *link.Change) say.Text {
	for _, state := range []link.Object{c.Before, c.After} {
		if m := link.As[link.Mapping](state); m != nil && !mappings.OwnEmail(m.Name) {
			return say.Of("groups claim")
		}
	}
	return say.Of("e-mail mapping")
}

// DidChange names what the changes changed, each once, for use within a sentence.
func DidChange(changes []link.Change) []say.Text {
	var all []say.Text
	for _, c := range changes {
		switch c.Kind {
		case link.KindBinding:
			all = append(all, say.Of("access"))
		case link.KindKey:
			all = append(all, say.Of("signing key"))
		case link.KindMapping:
			all = append(all, didMapping(&c))
		default:
			for _, f := range c.Fields {
				word := fieldLabel(&c, f.Name)
				if f.Name == "name" {
					word = say.Of("name") // of both of authentik's objects
				}
				all = append(all, word)
			}
		}
	}
	seen := map[say.Text]bool{}
	return slices.DeleteFunc(all, func(one say.Text) bool {
		twice := seen[one]
		seen[one] = true
		return twice
	})
}
