package linkfile_test

import (
	"iter"
	"reflect"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// fields yields every field of a link file.
func fields(at string, v any) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		visit(at, reflect.ValueOf(v), yield)
	}
}

func visit(at string, v reflect.Value, yield func(string, reflect.Value) bool) bool {
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[secret.Text]() ||
		v.Type() == reflect.TypeFor[link.GroupsLimit]() {
		return yield(at, v)
	}
	for f := range v.Type().Fields() {
		if f.Tag.Get("yaml") != "-" && !visit(at+"."+f.Name, v.FieldByIndex(f.Index), yield) {
			return false
		}
	}
	return true
}

// everySetting returns the content of testdata/every-key.yaml.
func everySetting() link.Spec {
	return link.Spec{
		AuthentikURL:   "https://login.company",
		PocketBaseURLs: []string{"https://pocketbase.company", "https://app.company"},
		Preset:         new("beszel"),
		Defaults: link.Defaults{Name: "Beszel", Slug: "beszel", LaunchURL: "{base}/", Icon: "{base}/static/icon.svg",
			RedirectURIs: []string{"{base}", "{base}/"}},
		Email:    link.EmailTrustAttribute,
		Existing: link.ExistingUse,
		Application: link.Application{
			Name: new("Shop"), Slug: new("shop"), Group: new("Tools"), PolicyEngineMode: new("all"),
			LaunchURL: new("https://shop.company/"),
			Icon:      new("fa://fa-store"), Publisher: new("Us"), Description: new("Where we\nsell.\n"),
			OpenInNewTab: new(true), Hide: new(true),
		},
		Provider: link.Provider{
			Name: new("Shop login"), AuthorizationFlow: new("explicit"), InvalidationFlow: new("invalidate"),
			AuthenticationFlow: new("passkeys"),
			ClientID:           new("12345"), ClientSecret: new(secret.New("a secret")),
			SigningKey: new("my key"),
			RedirectURIs: []link.RedirectURI{
				{URL: "https://pocketbase.company/api/oauth2-redirect", Mode: "strict"},
				{URL: "https://.*", Mode: "regex"}, {URL: "myapp://x"},
				{URL: "https://shop.company/bye", Type: "logout"},
			},
			AccessCodeValidity: new("minutes=2"), AccessTokenValidity: new("hours=2"),
			RefreshTokenValidity: new("days=2"), RefreshTokenThreshold: new("hours=1"),
			SubjectMode: new("user_uuid"), IssuerMode: new("global"), ScopeMappings: []string{"groups", "roles"},
			GroupsClaim: &link.GroupsLimit{Names: []string{"staff", "42"}},
		},
		Access: &link.Access{Groups: []string{"staff"}, Users: []string{"ada"}, Policies: []string{"office hours"}},
		PocketBase: link.PocketBase{
			Collection: new("members"), Slot: new("oidc2"), DisplayName: new("Company login"),
			AuthURL:  new("https://login.company/a/"),
			TokenURL: new("http://authentik:9000/t/"), UserInfoURL: new("http://authentik:9000/u/"),
			UserInfo: new("id_token"),
			JWKSURL:  new("http://authentik:9000/j/"), Issuers: []string{"https://login.company/i/"}, PKCE: new(true),
			Enabled: new(true),
			MapName: new("name"), MapUsername: new("nick"), MapAvatar: new("avatar"), MapID: new("number"),
			ShowControls: true,
			CreateRule:   new("id != ''"), AuthRule: new("verified = true"),
			GroupsClaim: new("app_groups"), PasswordAuth: new(false), OTP: new(true),
			Groups: []link.GroupField{{Field: "is_admin", When: "admins"},
				{Field: "team", By: "title", Values: map[string]string{"blue: all": "blue", "__proto__": "7"}}},
		},
	}
}
