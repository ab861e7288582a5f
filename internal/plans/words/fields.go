package words

import (
	"cmp"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// fieldLabel returns what the tables call a field of the change, for use within a sentence. A field without an entry
// has its name.
func fieldLabel(c *link.Change, name string) say.Text {
	if m, found := meta(c, name); found {
		return m.Words()
	}
	return say.Raw(name)
}

// Field returns the label of a field of the change in the system's own pages. A field without one has its
// name.
func Field(c *link.Change, name string) say.Text {
	if m, found := meta(c, name); found {
		return m.Called().Text()
	}
	_, last, _ := strings.Cut(name, ".")
	if label, known := (map[string]say.Name{
		"target": "Application", "bindings": "Bindings", "password": "Password", "collection": "Collection",
		"clientSecret": "Client secret", link.TokenKey: "Token key", "group": "Group", "user": "User",
		"policy": "Policy", "slot": "Slot",
		link.MarkAttribute: "Mark of the proof", link.VerifiedAttribute: "E-mail address verified",
	})[cmp.Or(last, name)]; known {
		return label.Text()
	}
	return say.Raw(name)
}

// meta returns a field's entry in the table of the change's object.
func meta(c *link.Change, name string) (*link.Meta, bool) {
	of, rest, _ := strings.Cut(name, ".")
	switch c.Kind {
	case link.KindPair:
		if of == "application" {
			return metaIn(link.ApplicationAttrs(), rest)
		}
		return metaIn(link.ProviderAttrs(), rest)
	case link.KindApplication:
		return metaIn(link.ApplicationAttrs(), name)
	case link.KindProvider:
		return metaIn(link.ProviderAttrs(), name)
	case link.KindMapping:
		return metaIn(link.MappingAttrs(), name)
	case link.KindKey:
		return metaIn(link.KeyAttrs(), name)
	case link.KindBinding:
		return metaIn(link.BindingAttrs(), name)
	case link.KindRules, link.KindMethods:
		return metaIn(link.FlatAttrs(c.Kind), name)
	case link.KindSettings:
		return metaIn(link.SettingsAttrs(), name)
	case link.KindPerson:
		return metaIn(link.PersonAttrs(), name)
	case link.KindOAuth2, link.KindOldSlot:
		if m, found := metaIn(link.SlotAttrs(), rest); found {
			return m, true
		}
		return metaIn(link.OAuth2Attrs(), name)
	}
	return nil, false
}

func metaIn[W, S any](table []*link.Attr[W, S], key string) (*link.Meta, bool) {
	a, found := link.Named(table, key)
	return a.Meta, found
}
