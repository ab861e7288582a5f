package words_test

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
)

func TestWhatAReceiptDidIsSaidInAFewWords(t *testing.T) {
	fields := func(kind link.Kind, names ...string) link.Change {
		return link.Change{Kind: kind, Action: link.Update,
			Fields: link.Each(names, func(name string) link.Field { return link.Field{Name: name} })}
	}
	rename := fields(link.KindApplication, "slug", "name")
	for want, one := range map[string]struct {
		purpose link.Purpose
		changes []link.Change
	}{
		"Nothing changed": {},
		"Link created": {changes: []link.Change{fields(link.KindMapping, "name"),
			{Kind: link.KindPair, Action: link.Create, Fields: rename.Fields}}},
		"Link changed: slug, name": {changes: []link.Change{rename}},
		"Link changed: slug, name, access": {changes: []link.Change{rename, fields(link.KindBinding, "group"),
			fields(link.KindBinding, "user")}},
		"Link changed: slug, name and 3 more": {changes: []link.Change{rename, fields(link.KindProvider, "name",
			"redirect_uris", "sub_mode"), fields(link.KindMapping, "expression")}},
		"Undone: k3":              {purpose: link.PurposeUndo},
		"Client secret rotated":   {link.PurposeRotate, []link.Change{rename}},
		"Link removed":            {purpose: link.PurposeRemove},
		"Proof with a new person": {purpose: link.PurposeProof},
	} {
		if got := words.Did(one.purpose, "k3", one.changes); got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
