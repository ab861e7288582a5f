package plans_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

const (
	managedOpenID  = "authentik default OAuth Mapping: OpenID 'openid'"
	managedEmail   = "authentik default OAuth Mapping: OpenID 'email'"
	managedProfile = "authentik default OAuth Mapping: OpenID 'profile'"
	managedOffline = "authentik default OAuth Mapping: OpenID 'offline_access'"
	selfSigned     = "authentik Self-signed Certificate"
	explicitFlow   = "default-provider-authorization-explicit-consent"
)

// newWorld is a fresh authentik and a fresh PocketBase that has one provider
// of somebody else's.
func newWorld() *world {
	return &world{
		features: link.Features{GrantTypes: true, MetaHide: true, RedirectURI: true},
		others:   map[string]string{},
		flows: []link.Flow{
			flow(link.DefaultAuthorizationFlow, "authorization"), flow(explicitFlow, "authorization"),
			flow(link.DefaultInvalidationFlow, "invalidation"), flow("default-invalidation-flow", "invalidation"),
			flow("default-authentication-flow", "authentication"), flow("passkeys", "authentication"),
		},
		keys: []link.Key{key("a dsa key", "dsa"), key("an ec key", "ec"), key("an ed25519 key", "ed25519"),
			key(selfSigned, "rsa")},
		mappings: []link.Mapping{
			managed(managedOpenID, "openid"), managed(managedEmail, "email"), managed(managedProfile, "profile"),
			managed(managedOffline, "offline_access"), mapping("groups", "groups"), mapping("roles", "roles"),
			mapping("picture", "profile"), mapping("company mail", "email"),
		},
		groups:      []link.Ref{{ID: "group-staff", Name: "staff"}, {ID: "group-admins", Name: "admins"}},
		users:       []link.Ref{{ID: "5", Name: "ada"}},
		policies:    []link.Ref{{ID: "policy-hours", Name: "office hours"}},
		collections: []link.CollectionState{collection("users"), collection("members")},
		settings:    link.SettingsState{HideControls: true},
		linked:      map[string]int{},
	}
}

func flow(slug, designation string) link.Flow {
	return link.Flow{Ref: link.Ref{ID: "flow-" + slug, Name: slug}, Title: slug, Designation: designation}
}

func key(name, kind string) link.Key {
	return link.Key{Ref: link.Ref{ID: "key-" + name, Name: name}, Type: kind}
}

func mapping(name, scope string) link.Mapping {
	return link.Mapping{Ref: link.Ref{ID: "mapping-" + name, Name: name}, Scope: scope, Expression: "return {}"}
}

func managed(name, scope string) link.Mapping {
	m := mapping(name, scope)
	m.Managed = "goauthentik.io/providers/oauth2/scope-" + scope
	return m
}

func collection(name string) link.CollectionState {
	return link.CollectionState{
		ID: "pbc_" + name, Name: name, CreateRule: new(""), AuthRule: new(""), EmailRequired: true,
		Fields: []link.CollectionField{
			{Name: "id", Type: "text", System: true}, {Name: "email", Type: "email", System: true},
			{Name: "verified", Type: "bool", System: true},
			{Name: "name", Type: "text"}, {Name: "nick", Type: "text"}, {Name: "avatar", Type: "file"},
			{Name: "age", Type: "number"},
		},
		OAuth2: link.OAuth2State{
			Providers: []link.OAuth2Provider{foreign("google", "google-client", "")},
			Mapped:    link.MappedFields{Name: "name", AvatarURL: "avatar"},
		},
	}
}

// foreign is somebody else's provider, with a secret of its own.
func foreign(slot, clientID, authURL string) link.OAuth2Provider {
	return link.OAuth2Provider{
		Slot: slot, DisplayName: "Somebody else's " + slot, ClientID: clientID, AuthURL: authURL, TokenURL: authURL +
			"token/", UserInfoURL: authURL + "userinfo/",
		PKCE: new(true), ClientSecret: secret.New("the secret of " + clientID),
		Raw: json.RawMessage(fmt.Sprintf(`{ "name":%q,"clientId":%q , "extra" : {"odd":"key"}}`, slot, clientID)),
	}
}

// minimal is the smallest spec there can be.
func minimal() link.Spec {
	return link.Spec{
		AuthentikURL: authentikURL, PocketBaseURLs: []string{pocketbaseURL}, Email: link.EmailTrustAll,
	}
}

// generated are values made up for a plan, told apart by n.
func generated(n int) link.Generated {
	return link.Generated{ClientID: fmt.Sprintf("generated-id-%d", n),
		ClientSecret: secret.New(fmt.Sprintf("generated secret %d", n))}
}

// mustPlan plans and fails the test on problems.
func mustPlan(t *testing.T, w *world, s link.Spec) link.Plan {
	t.Helper()
	if problems := s.Validate(); len(problems) > 0 {
		t.Fatalf("the spec has problems:\n%v", problems)
	}
	plan, problems := w.plan(s, generated(w.made))
	if len(problems) > 0 {
		t.Fatalf("there are problems:\n%v", problems)
	}
	return plan
}

// mustApply carries out the whole plan.
func mustApply(t *testing.T, w *world, plan link.Plan) {
	t.Helper()
	for _, c := range plan.Changes {
		if err := w.apply(c); err != nil {
			t.Fatalf("applying %s: %v", c.ID(), err)
		}
	}
}

// linkedWorld is a fresh world after the spec was applied to it.
func linkedWorld(t *testing.T, s link.Spec) *world {
	t.Helper()
	w := newWorld()
	mustApply(t, w, mustPlan(t, w, s))
	if again := mustPlan(t, w, s); !again.Empty() {
		t.Fatalf("a second plan is not empty:\n%s", show(again))
	}
	return w
}

// show prints a plan's changes, one field a line.
func show(p link.Plan) string {
	var text string
	for _, c := range p.Changes {
		text += fmt.Sprintf("%s %s\n", c.Action, c.ID())
		for _, f := range c.Fields {
			text += fmt.Sprintf("    %s: %s → %s\n", f.Name, link.Show(f.Before), link.Show(f.After))
		}
	}
	return text
}

// fieldNames lists the fields that a plan changes, with the kind of object.
func fieldNames(p link.Plan) []string {
	var names []string
	for _, c := range p.Changes {
		for _, f := range c.Fields {
			names = append(names, string(c.Kind)+": "+f.Name)
		}
	}
	return names
}
