package export

import (
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/secret"
)

// canary is the client secret of every plan in these tests. No export may contain
// it.
const canary = "CANARY-client-secret-0123456789"

func generated() link.Generated {
	return link.Generated{ClientID: "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b", ClientSecret: secret.New(canary)}
}

const (
	flowAuthz = "11111111-0000-4000-8000-000000000001"
	flowInval = "11111111-0000-4000-8000-000000000002"
	flowAuthn = "11111111-0000-4000-8000-000000000003"
	keyRSA    = "22222222-0000-4000-8000-000000000001"
	keyEC     = "22222222-0000-4000-8000-000000000002"
	mapOpenID = "33333333-0000-4000-8000-000000000001"
	mapEmail  = "33333333-0000-4000-8000-000000000002"
	mapProf   = "33333333-0000-4000-8000-000000000003"
	mapOff    = "33333333-0000-4000-8000-000000000004"
	mapGroups = "33333333-0000-4000-8000-000000000005"
	mapTrust  = "33333333-0000-4000-8000-000000000006"
)

// freshAuthentik returns an authentik 2026.5 right after installation.
func freshAuthentik() link.AuthentikSnapshot {
	stock := func(id, scope, name string) link.Mapping {
		return link.Mapping{Ref: link.Ref{ID: id, Name: "authentik default OAuth Mapping: " + name},
			Managed: "goauthentik.io/providers/oauth2/scope-" + scope, Scope: scope}
	}
	return link.AuthentikSnapshot{
		URL: "https://authentik.company", Version: "2026.5.3",
		Features: link.Features{GrantTypes: true, MetaHide: true, RedirectURI: true},
		Flows: []link.Flow{
			{Ref: link.Ref{ID: flowAuthz, Name: link.DefaultAuthorizationFlow}, Designation: "authorization"},
			{Ref: link.Ref{ID: flowInval, Name: link.DefaultInvalidationFlow}, Designation: "invalidation"},
			{Ref: link.Ref{ID: flowAuthn, Name: "default-authentication-flow"}, Designation: "authentication"},
		},
		Keys: []link.Key{
			{Ref: link.Ref{ID: keyRSA, Name: "authentik Self-signed Certificate"}, Type: "rsa"},
			{Ref: link.Ref{ID: keyEC, Name: "P-256 for tokens"}, Type: "ec"},
		},
		Mappings: []link.Mapping{
			stock(mapOpenID, "openid", "OpenID 'openid'"),
			stock(mapEmail, "email", "OpenID 'email'"),
			stock(mapProf, "profile", "OpenID 'profile'"),
			stock(mapOff, "offline_access", "OpenID 'offline_access'"),
			{Ref: link.Ref{ID: mapGroups, Name: "Groups of the person"}, Scope: "groups", Expression: "return {}"},
		},
	}
}

// freshPocketBase returns a PocketBase right after installation.
func freshPocketBase() link.PocketBaseSnapshot {
	users := link.CollectionState{
		ID: "_pb_users_auth_", Name: "users", Updated: "2026-11-20 10:00:00.000Z", EmailRequired: true,
		CreateRule: new(""), AuthRule: new(""),
		OAuth2: link.OAuth2State{Mapped: link.MappedFields{Name: "name", AvatarURL: "avatar"}},
		Fields: []link.CollectionField{{Name: "id", Type: "text", System: true},
			{Name: "email", Type: "email", System: true},
			{Name: "name", Type: "text"}, {Name: "avatar", Type: "file"}, {Name: "handle", Type: "text"}},
	}
	return link.PocketBaseSnapshot{URL: "https://pocketbase.company", Version: "0.39.11",
		Collections: []link.CollectionState{users}}
}

func planOf(t testing.TB, s link.Spec, a link.AuthentikSnapshot, p link.PocketBaseSnapshot) link.Plan {
	t.Helper()
	plan, problems := plans.New(&s, &a, &p, generated())
	if err := problems.Err(); err != nil {
		t.Fatalf("the fixture gives no plan: %v", err)
	}
	return plan
}

// newLink returns the plan for two systems without a link.
func newLink(t testing.TB) link.Plan {
	return planOf(t, link.Spec{Email: link.EmailTrustAll}, freshAuthentik(), freshPocketBase())
}

// limitedGroups returns the plan for two systems without a link, with a claim of
// groups with nasty names.
func limitedGroups(t testing.TB) link.Plan {
	return planOf(t, link.Spec{Email: link.EmailTrustAll, Provider: link.Provider{
		GroupsClaim: &link.GroupsLimit{Names: nastyGroups()}}}, freshAuthentik(), freshPocketBase())
}

func nastyGroups() []string {
	return []string{"${path.module}", "%{ if true }", "$(id)", "'; id #", `"]`, `\`, "a\nEOT\nb", "!KeyOf x", "ä😀"}
}

// linked returns the two systems after newLink was applied, with another provider
// in the collection before ours.
func linked(t testing.TB) (link.AuthentikSnapshot, link.PocketBaseSnapshot) {
	d := newLink(t).Desired
	a, p := freshAuthentik(), freshPocketBase()
	own := d.Mappings[0]
	own.ID = mapTrust
	a.Mappings = append(a.Mappings, own)
	provider := d.Provider
	provider.PK = 7
	provider.Mappings = []link.Ref{{ID: mapOpenID}, {ID: mapProf}, {ID: mapTrust}}
	a.Providers = []link.ProviderState{provider}
	app := d.Application
	app.PK, app.Provider, app.ProviderName = "44444444-0000-4000-8000-000000000001", 7, provider.Name
	a.Application = &app

	google := link.OAuth2Provider{Slot: "google", ClientID: "google-client", DisplayName: "Google",
		Raw: json.RawMessage(
			`{"pkce":null,"name":"google","clientId":"google-client","authURL":"","tokenURL":"","userInfoURL":"","displayName":"Google","extra":null}`)}
	slot := d.Slot
	slot.ClientSecret = secret.Text{}
	slot.Raw = json.RawMessage(`{"pkce":true,"name":"oidc","clientId":"` + slot.ClientID + `","authURL":"` +
		slot.AuthURL + `","tokenURL":"` + slot.TokenURL +
		`","userInfoURL":"` + slot.UserInfoURL + `","displayName":"` + slot.DisplayName + `","extra":null}`)
	p.Collections[0].OAuth2.Enabled = true
	p.Collections[0].OAuth2.Providers = []link.OAuth2Provider{google, slot}
	return a, p
}

// drifted returns the plan for a link that was changed in both systems.
func drifted(t testing.TB) link.Plan {
	a, p := linked(t)
	a.Application.Group = "Old things"
	a.Application.LaunchURL = "https://old.company"
	a.Providers[0].Name = "Renamed by hand"
	a.Providers[0].RedirectURIs = append(a.Providers[0].RedirectURIs, link.RedirectURI{URL: "myapp://callback",
		Mode: "strict", Type: "authorization"})
	a.Providers[0].AccessTokenValidity = "minutes=5"
	a.Providers[0].Mappings = []link.Ref{{ID: mapOpenID}, {ID: mapEmail}, {ID: mapProf}}
	a.Bindings = []link.BindingState{{PK: "55555555-0000-4000-8000-000000000001",
		Application: link.Ref{ID: a.Application.PK, Name: "pocketbase"},
		Kind:        "group", Target: link.Ref{ID: "66666666-0000-4000-8000-000000000001", Name: "pb-users"},
		Enabled: true}}
	a.Groups = []link.Ref{{ID: "66666666-0000-4000-8000-000000000001", Name: "pb-users"},
		{ID: "66666666-0000-4000-8000-000000000002", Name: "pb-guests"}}
	p.Collections[0].OAuth2.Providers[1].DisplayName = "SSO"
	p.Collections[0].CreateRule = nil
	p.Settings.HideControls = true
	s := link.Spec{Email: link.EmailTrustAll}
	s.Application.Group, s.Application.LaunchURL, s.Application.Description = new("Apps"), new(""),
		new("Notes | tables\nfor everyone")
	s.Provider.Name, s.Provider.AccessTokenValidity = new("Provider for PocketBase"), new("hours=1")
	s.Access = &link.Access{Groups: []string{"pb-users", "pb-guests"}}
	s.PocketBase.DisplayName, s.PocketBase.MapUsername = new("authentik"), new("handle")
	s.PocketBase.CreateRule, s.PocketBase.ShowControls = new("@request.context = \"oauth2\""), true
	return planOf(t, s, a, p)
}

// idToken returns the plan for a new link with every setting of a spec.
func idToken(t testing.TB) link.Plan {
	a, p := freshAuthentik(), freshPocketBase()
	a.Groups = []link.Ref{{ID: "66666666-0000-4000-8000-000000000001", Name: "pb-users"}}
	a.Users = []link.Ref{{ID: "31", Name: "ada"}}
	a.Policies = []link.Ref{{ID: "77777777-0000-4000-8000-000000000001", Name: "office-hours"}}
	s := link.Spec{Email: link.EmailTrustAttribute, PocketBaseURLs: []string{"https://pocketbase.company",
		"https://notes.company"}}
	s.Application = link.Application{Name: new("Notes"), Slug: new("notes"), Group: new("Apps"),
		PolicyEngineMode: new("any"),
		LaunchURL:        new("https://notes.company"), Icon: new("fa://fa-note"), Publisher: new("Company"),
		Description:  new("Everyone's notes"),
		OpenInNewTab: new(true), Hide: new(true)}
	s.Provider.SigningKey, s.Provider.AuthenticationFlow = new("P-256 for tokens"), new("default-authentication-flow")
	s.Provider.ScopeMappings = []string{"authentik default OAuth Mapping: OpenID 'offline_access'",
		"Groups of the person"}
	s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://notes.company/api/oauth2-redirect", Mode: "strict"},
		{URL: `https://[a-z]+\.notes\.company/api/oauth2-redirect`, Mode: "regex"}, {URL: "https://notes.company/bye",
			Mode: "strict", Type: "logout"}}
	s.Provider.ClientID, s.Provider.SubjectMode = new("notes"), new("user_uuid")
	s.Access = &link.Access{Groups: []string{"pb-users"}, Users: []string{"ada"}, Policies: []string{"office-hours"}}
	s.PocketBase.UserInfo, s.PocketBase.Slot, s.PocketBase.PKCE = new("id_token"), new("oidc2"), new(false)
	return planOf(t, s, a, p)
}

// keyless returns the plan for an authentik without a signing key.
func keyless(t testing.TB) link.Plan {
	a := freshAuthentik()
	a.Keys = nil
	return planOf(t, link.Spec{Email: link.EmailLeave}, a, freshPocketBase())
}

// orphan returns the plan for a provider that lost its application.
func orphan(t testing.TB) link.Plan {
	a, p := linked(t)
	a.Application, a.Providers[0].ApplicationSlug, a.Providers[0].ApplicationName = nil, "", ""
	a.Groups = []link.Ref{{ID: "66666666-0000-4000-8000-000000000001", Name: "pb-users"}}
	return planOf(t, link.Spec{Email: link.EmailTrustAll, Access: &link.Access{Groups: []string{"pb-users"}}}, a, p)
}

func nothing(t testing.TB) link.Plan {
	a, p := linked(t)
	return planOf(t, link.Spec{Email: link.EmailTrustAll}, a, p)
}
