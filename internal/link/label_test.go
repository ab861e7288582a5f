package link_test

import (
	"testing"

	"authpocket/internal/link"
)

func TestFieldsAreCalledAsInTheDashboards(t *testing.T) {
	for _, one := range []struct {
		kind       link.Kind
		name, want string
	}{
		{link.KindPair, "application.name", "Application name"},
		{link.KindPair, "provider.name", "Provider name"},
		{link.KindPair, "binding.group", "Group"},
		{link.KindMapping, "expression", "Expression"},
		{link.KindProvider, "property_mappings", "Scopes"},
		{link.KindOAuth2, "oidc2.pkce", "Support PKCE"},
		{link.KindOAuth2, "oidc.clientSecret", "Client secret"},
		{link.KindOAuth2, "mappedFields.avatarURL", "OAuth2 avatar"},
		{link.KindOAuth2, "enabled", "OAuth2"},
		{link.KindRules, "createRule", "Create rule"},
		{link.KindBinding, "target", "Application"},
		{link.KindPerson, "password", "Password"},
		{link.KindProvider, "new_one", "new_one"},
	} {
		if got := (&link.Change{Kind: one.kind}).FieldCalled(one.name); got.String() != one.want {
			t.Errorf("%s of the %s is called %q, want %q", one.name, one.kind, got, one.want)
		}
	}
}

func TestADefaultThatAFileStatesIsShown(t *testing.T) {
	c := link.Change{Fields: []link.Field{{Name: "default", Default: true, Usual: true},
		{Name: "stated", Default: true}, {Name: "chosen"}}}
	for form, want := range map[bool]int{false: 2, true: 1} {
		if shown, usual := c.Fold(form); len(shown) != want || len(shown)+len(usual) != len(c.Fields) {
			t.Errorf("from a form %v: %d are shown, %d folded", form, len(shown), len(usual))
		}
	}
}
