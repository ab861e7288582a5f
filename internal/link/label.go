package link

import (
	"cmp"
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
		MarkAttribute: "Mark of the proof", verifiedAttribute: "E-mail address verified",
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
