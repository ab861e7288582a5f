// Package stories holds every page of the wizard in every state that it can be in, for tests and for looking at.
package stories

import (
	"maps"
	"net/url"

	"github.com/a-h/templ"

	"authpocket/internal/link"
	"authpocket/internal/link/addresses"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/door"
	"authpocket/web/view"
	"authpocket/web/view/setup"
)

// Story is one page in one state. The name is the page's, a dash and the state's.
type Story struct {
	Name string
	Page templ.Component
}

// All returns every page in every state.
func All(a view.Assets) []Story {
	none := view.Head{Assets: a}
	one := view.Head{Assets: a, Held: true, Ends: view.Ends{Shown: true, Authentik: view.NewEnd(AuthentikURL,
		say.Of("%s, signed in as %s", "2026.5.3", say.Of("%s (superuser)", "akadmin")))}}
	both := one
	both.Ends.PocketBase = view.NewEnd(PocketBaseURL, say.Of("%s, signed in as %s", "0.39.11",
		"admin@company.example"))
	joined, proven := both, both
	joined.Ends.Joined = true
	proven.Ends.Joined, proven.Ends.Proved = true, true
	list := []Story{
		{"start", setup.Start(setup.StartPage{Head: titled(none, say.Of("Link authentik and PocketBase"))})},
		{"start-demo", setup.Start(setup.StartPage{Head: demo(titled(none, say.Of("Link authentik and PocketBase"))),
			Resume: "/settings"})},
	}
	list = append(list, doorStories(none)...)
	list = append(list, connectStories(&none, &one)...)
	list = append(list, settingsStories(&both)...)
	list = append(list, reviewStories(&both, &joined)...)
	list = append(list, progressStories(both, joined)...)
	list = append(list, verifyStories(&joined)...)
	list = append(list, signInStories(&joined, &proven)...)
	list = append(list, doneStories(&joined, &proven)...)
	list = append(append(list, oneWayStories(&proven)...), hookStory(&proven))
	list = append(list, receiptStories(none, one, both, joined)...)
	list = append(list, peopleStories(joined)...)
	list = append(list, extremes(both)...)
	return append(list, problemStories(&none, &both)...)
}

// The addresses of both systems.
const (
	AuthentikURL  = "https://auth.company.example"
	PocketBaseURL = "https://pocketbase.company.example"
	long          = "a-very-long-host-name-that-goes-on-and-on.department-of-long-names.subsidiary.company.example"
)

func titled(h view.Head, title say.Text) view.Head {
	h.Title = title
	return h
}

func demo(h view.Head) view.Head {
	h.Note = say.Raw("Nothing here is real. Sign in to the simulated authentik as ada with the password KD4XQ2MZ7R5W.")
	return h
}

func doorStories(none view.Head) []Story {
	story := func(name string, p door.Page) Story { return Story{"code-" + name, door.Shut(p.Framed(none))} }
	return []Story{
		story("first", door.Page{To: "/"}),
		story("wrong", door.Page{To: "/", Problem: say.Of("Wrong code. Enter the most recent code in the terminal.")}),
		story("printed", door.Page{To: "/", Printed: true}),
		story("expired", door.Page{To: "/", NoCode: true}),
		story("ended", door.Page{To: "/review", Was: true, NoCode: true}),
	}
}

func connectStories(none, one *view.Head) []Story {
	empty := setup.NewAuthentik(*none, setup.AuthentikInput{})
	wrong := setup.NewAuthentik(*none, setup.AuthentikInput{URL: "auth company", CA: "hello", Problems: report.Problems{
		{Field: "authentik.url", Summary: say.Of("%s has a space in it.", say.Of("authentik address")),
			Todo: say.Of("Enter it like %s.", "https://authentik.company")},
		{Field: "authentik.token", Summary: say.Of("Enter the API token."),
			Todo: say.Of("Create one in authentik under Directory, Tokens and App passwords.")},
		{Field: "authentik.ca", Summary: say.Of("There is no certificate in this text."),
			Todo: say.Of("Paste the authority's certificate as PEM text, which starts with -----BEGIN " +
				"CERTIFICATE-----.")},
	}})
	held := setup.NewAuthentik(demo(*one), setup.AuthentikInput{URL: AuthentikURL, Held: true, From: "review"})
	open := addresses.Unencrypted(report.Authentik, "http://authentik.company:9000",
		say.Of("Use https://, or tick “%s”.", setup.PlainToken.Text()))
	plain := setup.NewAuthentik(*none, setup.AuthentikInput{URL: "http://authentik.company:9000",
		Problems: report.Problems{*open}})
	return []Story{
		{"authentik-plain", setup.Authentik(plain)},
		{"authentik-empty", setup.Authentik(empty)},
		{"authentik-wrong", setup.Authentik(wrong)},
		{"authentik-held", setup.Authentik(held)},
		{"pocketbase-empty", setup.PocketBase(setup.NewPocketBase(*one, setup.PocketBaseInput{}))},
		{"pocketbase-wrong",
			setup.PocketBase(setup.NewPocketBase(*one, setup.PocketBaseInput{URL: PocketBaseURL, With: "password",
				Email: "admin@company.example", Problems: report.Problems{
					{Field: "pocketbase.password", Summary: say.Of("PocketBase has no superuser with this e-mail " +
						"address and password."),
						Todo: say.Of("Enter a superuser token, or a superuser's e-mail address and password.")},
				}}))},
		{"pocketbase-code", setup.Code(setup.NewCode(*one, "admin@company.example", "", nil))},
		{"pocketbase-code-wrong",
			setup.Code(setup.NewCode(*one, "admin@company.example", "",
				report.Problems{{Field: "pocketbase.otp", Summary: say.Of("PocketBase does not accept this " +
					"one-time password: it is wrong, already used or expired."),
					Todo: say.Of("Enter the newest one from your e-mail, or request another. If PocketBase cannot " +
						"send e-mail, use a superuser token.")}}))},
	}
}

func settingsStories(both *view.Head) []Story {
	fresh := Settings()
	answered := Settings()
	answered.Form.Set("email", "trust-attribute")
	answered.Form.Set("access.groups", "pocketbase-users\nstaff")
	answered.From = "review"
	no := false
	answered.Authentik.EmailChangeAllowed = &no
	there := Settings()
	there.There = true
	there.Authentik.EmailChangeAllowed = nil
	there.Desired.Collection.EmailRequired = false
	wrong := Settings()
	wrong.Conflict = say.Of("The slug “%s” is taken by the application “%s”.", "grafana", "Grafana")
	wrong.Form.Set("application.slug", "grafana")
	wrong.Form.Set("provider.redirect_uris", "regex:^https://(")
	wrong.Problems = report.Problems{
		{Field: "application.slug", Summary: say.Of("The slug “%s” is taken by the application “%s”, whose "+
			"provider “%s” sends users elsewhere (%s).", "grafana", "Grafana", "Grafana",
			"https://grafana.company.example/login"),
			Todo: say.Of("Choose another slug.")},
		{Field: "email", Summary: say.Of("Choose which e-mail addresses count as verified."),
			Todo: say.Of("Each answer says what happens at a first sign-in.")},
		{Field: "access.groups.1", Summary: say.Of("authentik has no group “%s” that the token can see.", "stuff"),
			Todo: say.Of("Check the spelling, or choose another.")},
		{Field: "provider.redirect_uris.0", Summary: say.Of("The redirect URI “%s” is not a valid regular "+
			"expression.", "^https://("), Todo: say.Of("Correct it, or use a strict one.")},
		{Field: "pocketbase.slot", Summary: say.Of("All three OpenID Connect slots of %s are taken: %s.", "users",
			"oidc, oidc2, oidc3"),
			Todo: say.Of("Remove one in PocketBase, or name the slot to replace.")},
	}
	choice := Settings()
	choice.Conflict = say.Of("This link may already exist: %s.",
		say.Series(say.Of("%s, because it sends people back to this PocketBase",
			say.Of("provider “%s”, which has no application", "First login")),
			say.Of("%s, because the collection %s signs in with it", say.Of("application “%s” (%s)", "Shop",
				"shop"), "members")))
	choice.Candidates = []resolve.Candidate{
		{Provider: link.ProviderState{PK: 7, Name: "First login", ClientID: "c7"},
			Evidence: say.Of("It sends people back to this PocketBase.")},
		{Provider: link.ProviderState{PK: 8, Name: "Shop login", ClientID: "c8", ApplicationSlug: "shop",
			ApplicationName: "Shop"}, Evidence: say.Of("The collection %s signs in with it.", "members")},
	}
	proposed := settingsOf(preset.Expand(link.Spec{Preset: new("beszel")}))
	proposed.PocketBase.Settings.AppName = "Beszel"
	for field, value := range map[string]string{"preset": "beszel", "application.name": "Beszel",
		"application.slug": "beszel", "application.launch_url": PocketBaseURL + "/",
		"application.icon": PocketBaseURL + "/static/icon.svg"} {
		proposed.Form.Set(field, value)
	}
	recognised := proposed
	recognised.Form = maps.Clone(Settings().Form)
	recognised.There = true
	linked := *both
	linked.Ends.Joined = true
	again := Settings()
	one := Settings()
	one.Problems = wrong.Problems[1:2]
	again.Again = true
	return []Story{
		{"settings-again", setup.Settings(setup.NewSettings(*both, again))},
		{"settings-fresh", setup.Settings(setup.NewSettings(*both, fresh))},
		{"settings-app-proposed", setup.Settings(setup.NewSettings(*both, proposed))},
		{"settings-app-recognised", setup.Settings(setup.NewSettings(linked, recognised))},
		{"settings-choice", setup.Settings(setup.NewSettings(*both, choice))},
		{"settings-answered", setup.Settings(setup.NewSettings(demo(*both), answered))},
		{"settings-there", setup.Settings(setup.NewSettings(linked, there))},
		{"settings-undecided", setup.Settings(setup.NewSettings(*both, one))},
		{"settings-wrong", setup.Settings(setup.NewSettings(*both, wrong))},
	}
}

// Settings returns the input of a settings page with its defaults.
func Settings() setup.SettingsInput { return settingsOf(link.Spec{}) }

func settingsOf(spec link.Spec) setup.SettingsInput {
	a, p := snapshots()
	spec.AuthentikURL, spec.PocketBaseURLs = AuthentikURL, []string{PocketBaseURL}
	d, _ := resolve.Desired(spec, &a, &p, link.Generated{ClientID: "generated", ClientSecret: secret.New("generated")})
	return setup.SettingsInput{Authentik: a, PocketBase: p, Desired: d, Form: url.Values{
		"application.name": {"PocketBase"}, "application.slug": {"pocketbase"},
		"application.policy_engine_mode": {"any"},
		"provider.authorization_flow":    {link.DefaultAuthorizationFlow},
		"provider.invalidation_flow":     {link.DefaultInvalidationFlow},
		"provider.signing_key":           {"authentik Self-signed Certificate"},
		"provider.subject_mode":          {"hashed_user_id"}, "provider.issuer_mode": {"per_provider"},
		"provider.access_code_validity": {"minutes=1"}, "provider.access_token_validity": {"hours=1"},
		"provider.refresh_token_validity": {"days=30"}, "provider.refresh_token_threshold": {"seconds=0"},
		"pocketbase.public_urls": {PocketBaseURL}, "pocketbase.collection": {"users"},
		"pocketbase.display_name": {"authentik"},
		"pocketbase.user_info":    {"userinfo"}, "pocketbase.enabled": {"yes"}, "pocketbase.pkce": {"yes"},
		"pocketbase.map_name": {"name"}, "pocketbase.map_avatar": {"avatar"},
		"pocketbase.create_rule": {setup.KeepRule}, "pocketbase.auth_rule": {setup.KeepRule},
	}}
}

// snapshots are an authentik and a PocketBase as they come.
func snapshots() (link.AuthentikSnapshot, link.PocketBaseSnapshot) {
	yes, everyone := true, ""
	flow := func(slug, designation string) link.Flow {
		return link.Flow{Ref: link.Ref{ID: slug, Name: slug}, Designation: designation}
	}
	mapping := func(scope, name string) link.Mapping {
		return link.Mapping{Ref: link.Ref{ID: "m-" + scope, Name: name}, Scope: scope,
			Managed: "goauthentik.io/providers/oauth2/scope-" + scope}
	}
	a := link.AuthentikSnapshot{
		URL: AuthentikURL, Version: "2026.5.3", Features: link.Features{GrantTypes: true, MetaHide: true,
			RedirectURI: true},
		Flows: []link.Flow{
			flow("default-provider-authorization-explicit-consent", "authorization"),
			flow(link.DefaultAuthorizationFlow, "authorization"),
			flow(link.DefaultInvalidationFlow, "invalidation"), flow("default-authentication-flow", "authentication"),
		},
		Keys: []link.Key{{Ref: link.Ref{ID: "k1", Name: "authentik Self-signed Certificate"}, Type: "rsa"},
			{Ref: link.Ref{ID: "k2", Name: "edge"}, Type: "ed25519"}},
		Mappings: []link.Mapping{
			mapping("openid", "authentik default OAuth Mapping: OpenID 'openid'"),
			mapping("email", "authentik default OAuth Mapping: OpenID 'email'"),
			mapping("profile", "authentik default OAuth Mapping: OpenID 'profile'"),
			mapping("offline_access", "authentik default OAuth Mapping: OpenID 'offline_access'"),
			mapping("entitlements", "authentik default OAuth Mapping: Application Entitlements"),
		},
		EmailChangeAllowed: &yes,
	}
	users := link.CollectionState{
		ID: "_pb_users_auth_", Name: "users", EmailRequired: true, CreateRule: &everyone, AuthRule: &everyone,
		Fields: []link.CollectionField{{Name: "name", Type: "text"}, {Name: "avatar", Type: "file"},
			{Name: "email", Type: "email", System: true}},
		OAuth2: link.OAuth2State{Mapped: link.MappedFields{Name: "name", AvatarURL: "avatar"},
			Providers: []link.OAuth2Provider{
				{Slot: "google", DisplayName: "Google", ClientID: "g"}, {Slot: "oidc", DisplayName: "Old sign-in",
					ClientID: "x", AuthURL: "https://old.example/authorize"},
			}},
	}
	members := users
	members.ID, members.Name = "pbc_members", "members"
	p := link.PocketBaseSnapshot{URL: PocketBaseURL, Version: "0.39.11", Collections: []link.CollectionState{users,
		members}}
	return a, p
}
