package form

import (
	"net/url"
	"slices"
	"testing"

	"authpocket/internal/link"
)

func TestFormValuesThatMeanNothing(t *testing.T) {
	form := Settings{Values: url.Values{
		"application.name": {"  Trimmed  "}, "provider.client_id": {"   "}, "access.groups": {"\r\n  one \r\n\r\n two"},
		"pocketbase.public_urls": {"  "}, "pocketbase.create_rule": {"keep"}, "pocketbase.auth_rule": {""},
		"provider.redirect_uris": {"regex: ^https://a$\nhttps://b"},
	}}
	s, problems := form.Spec(&link.Spec{})
	if len(problems) != 1 || problems[0].Field != "pocketbase.public_urls" {
		t.Errorf("the problems are %v", problems)
	}
	if *s.Application.Name != "Trimmed" || s.Provider.ClientID != nil ||
		!slices.Equal(s.Access.Groups, []string{"one", "two"}) {
		t.Errorf("the spec is %+v", s)
	}
	if s.PocketBase.CreateRule != nil || s.PocketBase.AuthRule == nil || *s.PocketBase.AuthRule != "" {
		t.Errorf("the rules are %v and %v", s.PocketBase.CreateRule, s.PocketBase.AuthRule)
	}
	if want := []link.RedirectURI{{URL: "^https://a$", Mode: "regex"},
		{URL: "https://b", Mode: "strict"}}; !slices.Equal(s.Provider.RedirectURIs, want) {
		t.Errorf("the redirect URIs are %v", s.Provider.RedirectURIs)
	}
}
