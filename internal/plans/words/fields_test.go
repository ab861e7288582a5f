package words_test

import (
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans/words"
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
		if got := words.Field(&link.Change{Kind: one.kind}, one.name); got.String() != one.want {
			t.Errorf("%s of the %s is called %q, want %q", one.name, one.kind, got, one.want)
		}
	}
}
