package rest

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
)

// recorded is what a real authentik answered, by name.
func recorded(t testing.TB) map[string]Object {
	raw, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]Object
	if err := json.Unmarshal(raw, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestRecordedObjectsAreReadWhole(t *testing.T) {
	answers := recorded(t)
	a := ApplicationState(answers["application"])
	want := link.ApplicationState{PK: "${app}", Slug: "pocketbase", Name: "PocketBase", PolicyEngineMode: "any",
		Provider: 92, ProviderName: "PocketBase", ProviderKind: "OAuth2/OpenID Provider"}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("the application (-want +got):\n%s", diff)
	}
	if a := ApplicationState(answers["application-without-provider"]); a.Provider != 0 || a.ProviderName != "" ||
		a.Group != "Apps" || !a.OpenInNewTab {
		t.Errorf("the application without a provider is %+v", a)
	}
	p := ProviderState(answers["provider"])
	if p.PK != 92 || p.ClientID != "pb-client" || p.ClientSecret.Reveal() != "pb-secret-0123456789" ||
		p.SigningKey.ID != "${key}" ||
		len(p.Mappings) != 3 || len(p.RedirectURIs) != 1 || p.RedirectURIs[0].Type != "authorization" ||
		p.GrantTypes[0] != "authorization_code" ||
		p.AuthenticationFlow.ID != "" || !p.IncludeClaims || p.ApplicationSlug != "pocketbase" ||
		p.RefreshTokenThreshold != "seconds=0" || len(p.Other) > 0 {
		t.Errorf("the provider is %+v", p)
	}
	f := FlowState(answers["flows"].Objects("results")[0])
	if f.Name != "default-provider-authorization-implicit-consent" || f.Designation != "authorization" ||
		f.Title != "Authorize Application" {
		t.Errorf("the flow is %+v", f)
	}
	if k := KeyState(answers["keys"].Objects("results")[0]); k.Type != "rsa" ||
		k.Name != "authentik Self-signed Certificate" {
		t.Errorf("the key is %+v", k)
	}
	m := MappingState(answers["mappings"].Objects("results")[0])
	if m.Managed != "goauthentik.io/providers/oauth2/scope-email" || m.Scope != "email" || m.Expression == "" ||
		m.Description != "Email address" {
		t.Errorf("the mapping is %+v", m)
	}
	b := BindingState(answers["bindings"].Objects("results")[0])
	if b.Kind != "group" || b.Target.Name != "pb-users" || !b.Enabled || b.Negate || b.Application.ID != "${app}" {
		t.Errorf("the binding is %+v", b)
	}
}

func TestOddValuesReadAsNothing(t *testing.T) {
	o, ok := ParseObject([]byte(`{"s":3,"n":"12","f":"true","l":{"a":1},"o":[],"x":null,"big":99999999999999999999}`))
	if !ok || o.Text("s") != "3" || o.Number("n") != 12 || o.Flag("f") || o.Texts("l") == nil ||
		len(o.Texts("l")) != 0 ||
		o.Object("o") != nil || o.Text("x") != "" || o.Number("big") != 0 || o.Number("missing") != 0 || !o.Has("x") ||
		o.Has("missing") {
		t.Errorf("got %v", o)
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{", `{"a":1}{`, "3"} {
		if _, ok := ParseObject([]byte(body)); ok {
			t.Errorf("%q reads as an object", body)
		}
	}
}

func TestVersionsAreCompared(t *testing.T) {
	for s, want := range map[string]version{"2026.5.0-rc1": {2026, 5}, "2025.12": {2025, 12},
		"2026.11-beta": {2026, 11}} {
		if v, ok := parseVersion(s); !ok || v != want {
			t.Errorf("%s is %v %v", s, v, ok)
		}
	}
	for _, s := range []string{"", "main", "2026", "x.y.z"} {
		if v, ok := parseVersion(s); ok {
			t.Errorf("%s is %v", s, v)
		}
	}
	if !(version{2025, 12}).before(version{2026, 2}) || (version{2026, 10}).before(version{2026, 2}) {
		t.Error("the order is wrong")
	}
}
