package link

import (
	"cmp"
	"slices"
	"strings"

	"authpocket/internal/say"
)

// FieldLabel returns what the tables call a field of the change, for use within a sentence. A field without an entry
// has its name.
func (c *Change) FieldLabel(name string) say.Text {
	if m, found := c.meta(name); found {
		return m.Words()
	}
	return say.Raw(name)
}

// FieldCalled returns the label of a field of the change in the system's own pages. A field without one has its
// name.
func (c *Change) FieldCalled(name string) say.Text {
	if m, found := c.meta(name); found {
		return m.Called().Text()
	}
	_, last, _ := strings.Cut(name, ".")
	if label, known := (map[string]say.Name{
		"target": "Application", "bindings": "Bindings", "password": "Password", "collection": "Collection",
		"clientSecret": "Client secret", TokenKey: "Token key", "group": "Group", "user": "User", "policy": "Policy",
		"slot": "Slot", MarkAttribute: "Mark of the proof", verifiedAttribute: "E-mail address verified",
	})[cmp.Or(last, name)]; known {
		return label.Text()
	}
	return say.Raw(name)
}

// meta returns a field's entry in the table of the change's object.
func (c *Change) meta(name string) (*Meta, bool) {
	of, rest, _ := strings.Cut(name, ".")
	switch c.Kind {
	case KindPair:
		if of == "application" {
			return metaIn(ApplicationAttrs(), rest)
		}
		return metaIn(ProviderAttrs(), rest)
	case KindApplication:
		return metaIn(ApplicationAttrs(), name)
	case KindProvider:
		return metaIn(ProviderAttrs(), name)
	case KindMapping:
		return metaIn(MappingAttrs(), name)
	case KindKey:
		return metaIn(KeyAttrs(), name)
	case KindBinding:
		return metaIn(BindingAttrs(), name)
	case KindRules, KindMethods:
		return metaIn(FlatAttrs(c.Kind), name)
	case KindSettings:
		return metaIn(SettingsAttrs(), name)
	case KindPerson:
		return metaIn(PersonAttrs(), name)
	case KindOAuth2, KindOldSlot:
		if m, found := metaIn(SlotAttrs(), rest); found {
			return m, true
		}
		return metaIn(OAuth2Attrs(), name)
	}
	return nil, false
}

func metaIn[W, S any](table []*Attr[W, S], key string) (*Meta, bool) {
	a, found := Named(table, key)
	return a.Meta, found
}

// mostDid bounds the fields that Did names.
const mostDid = 3

// Did says in a few words what the changes of a plan with that purpose did. An undo took back the receipt of.
func Did(purpose Purpose, of string, changes []Change) say.Text {
	switch purpose {
	case PurposeUndo:
		if of == "" {
			return say.Of("Undone")
		}
		return say.Of("Undone: %s", of)
	case PurposeRotate:
		return say.Of("Client secret rotated")
	case PurposeRemove:
		return say.Of("Link removed")
	case PurposeProof:
		return say.Of("Proof with a new person")
	case PurposeSignOut:
		return say.Count(len(changes), "%d account signed out", "%d accounts signed out")
	}
	fields := DidChange(changes)
	switch {
	case len(changes) == 0:
		return say.Of("Nothing changed")
	case Creates(changes):
		return say.Of("Link created")
	case len(fields) == 0:
		return say.Of("Link changed")
	case len(fields) > mostDid:
		return say.Of("Link changed: %s and %d more", say.List(fields[:mostDid-1]...), len(fields)-mostDid+1)
	}
	return say.Of("Link changed: %s", say.List(fields...))
}

// Creates reports whether the changes create the link.
func Creates(changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool { return c.Kind == KindPair && c.Action == Create })
}

// didMapping names which of authpocket's own mappings changed.
func didMapping(c *Change) say.Text {
	for _, state := range []Object{c.Before, c.After} {
		if m := As[Mapping](state); m != nil && !OwnEmailMapping(m.Name) {
			return say.Of("groups claim")
		}
	}
	return say.Of("e-mail mapping")
}

// DidChange names what the changes changed, each once, for use within a sentence.
func DidChange(changes []Change) []say.Text {
	var all []say.Text
	for _, c := range changes {
		switch c.Kind {
		case KindBinding:
			all = append(all, say.Of("access"))
		case KindKey:
			all = append(all, say.Of("signing key"))
		case KindMapping:
			all = append(all, didMapping(&c))
		default:
			for _, f := range c.Fields {
				word := c.FieldLabel(f.Name)
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
