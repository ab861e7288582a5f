package faults_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// world holds both systems in memory, for tests that need thousands of them. A
// change only writes the fields that it names, and is refused if a system would
// refuse it.
type world struct {
	apps      []link.ApplicationState
	providers []link.ProviderState // with their client secrets
	bindings  []link.BindingState
	mappings  []link.Mapping
	keys      []link.Key
	settings  link.SettingsState
	users     link.CollectionState // its providers hold their client secrets
	made      int                  // number of objects created, for their keys
}

const (
	worldAuthentik  = "https://authentik.company"
	worldPocketBase = "https://pocketbase.company"
)

// newWorld returns a fresh authentik, and a PocketBase with two foreign providers.
func newWorld() *world {
	w := &world{settings: link.SettingsState{HideControls: true}}
	for _, scope := range []string{"openid", "email", "profile"} {
		w.mappings = append(w.mappings, link.Mapping{Ref: link.Ref{ID: "managed-" + scope, Name: "authentik's " +
			scope},
			Scope: scope, Managed: "goauthentik.io/providers/oauth2/scope-" + scope, Expression: "return {}"})
	}
	w.keys = []link.Key{{Ref: link.Ref{ID: "key", Name: "authentik Self-signed Certificate"}, Type: "rsa"}}
	w.users = link.CollectionState{
		ID: "pbc_users", Name: "users", CreateRule: new(""), AuthRule: new(""), EmailRequired: true,
		Fields: []link.CollectionField{{Name: "name", Type: "text"}, {Name: "nick", Type: "text"},
			{Name: "avatar", Type: "file"}},
		OAuth2: link.OAuth2State{Enabled: true, Mapped: link.MappedFields{Name: "name"},
			Providers: []link.OAuth2Provider{
				element("google", "google-id", foreignSecrets[0]), element("oidc", "other-id", foreignSecrets[1]),
			}},
	}
	w.providers = []link.ProviderState{{PK: 1, Name: "Provider for Wiki", ClientID: "wiki",
		ClientSecret: secret.New("the wiki's secret"),
		ClientType:   "confidential", RedirectURIs: []link.RedirectURI{{URL: "https://wiki.company/callback",
			Mode: "strict", Type: "authorization"}},
		SigningKey: w.keys[0].Ref}}
	w.apps = []link.ApplicationState{{PK: "wiki", Slug: "wiki", Name: "Wiki", Provider: 1, PolicyEngineMode: "any"}}
	w.made = 1
	return w
}

func element(slot, clientID, text string) link.OAuth2Provider {
	return link.OAuth2Provider{Slot: slot, DisplayName: slot, ClientID: clientID, ClientSecret: secret.New(text),
		PKCE:    new(false),
		AuthURL: "https://" + clientID + ".example/", Raw: json.RawMessage(`{"name":"` + slot + `", "odd": 1}`)}
}

func flows() []link.Flow {
	one := func(slug, designation string) link.Flow {
		return link.Flow{Ref: link.Ref{ID: "flow-" + slug, Name: slug}, Designation: designation}
	}
	return []link.Flow{one(link.DefaultAuthorizationFlow, "authorization"), one("explicit", "authorization"),
		one(link.DefaultInvalidationFlow, "invalidation")}
}

// copy returns a copy that shares nothing with w that a change writes to.
func (w *world) copy() *world {
	c := *w
	c.apps, c.bindings, c.mappings, c.keys = slices.Clone(w.apps), slices.Clone(w.bindings), slices.Clone(w.mappings),
		slices.Clone(w.keys)
	c.providers = slices.Clone(w.providers)
	for i := range c.providers {
		c.providers[i] = copyProvider(c.providers[i])
	}
	c.users.OAuth2.Providers = slices.Clone(w.users.OAuth2.Providers)
	return &c
}

func copyProvider(p link.ProviderState) link.ProviderState {
	p.RedirectURIs, p.GrantTypes, p.Mappings = slices.Clone(p.RedirectURIs), slices.Clone(p.GrantTypes),
		slices.Clone(p.Mappings)
	return p
}

func pick[T any](list []T, is func(T) bool) *T {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return &list[i]
	}
	return nil
}

func (w *world) app(slug string) *link.ApplicationState {
	return pick(w.apps, func(a link.ApplicationState) bool { return a.Slug == slug })
}

func (w *world) provider(pk int) *link.ProviderState {
	return pick(w.providers, func(p link.ProviderState) bool { return p.PK == pk && pk != 0 })
}

func (w *world) observeAuthentik(q link.Query) link.AuthentikSnapshot {
	a := link.AuthentikSnapshot{URL: worldAuthentik, Version: "2026.5.0", Features: link.Features{GrantTypes: true,
		MetaHide: true, RedirectURI: true},
		Flows: flows(), Keys: slices.Clone(w.keys), Mappings: slices.Clone(w.mappings),
		Groups: []link.Ref{{ID: "group-staff", Name: "staff"}, {ID: "group-admins", Name: "admins"}},
		Users:  []link.Ref{{ID: "5", Name: "ada"}}}
	for _, p := range w.providers {
		p = copyProvider(p)
		for _, app := range w.apps {
			if app.Provider == p.PK {
				p.ApplicationSlug, p.ApplicationName = app.Slug, app.Name
			}
		}
		a.Providers = append(a.Providers, p)
	}
	if app := w.app(q.Slug); app != nil {
		read := *app
		if p := w.provider(read.Provider); p != nil {
			read.ProviderName, read.ProviderKind = p.Name, "OAuth2/OpenID Provider"
		}
		a.Application = &read
		for _, b := range w.bindings {
			if b.Application.ID == app.PK {
				a.Bindings = append(a.Bindings, b)
			}
		}
	}
	return a
}

func (w *world) observePocketBase() link.PocketBaseSnapshot {
	users := w.users
	users.OAuth2.Providers = slices.Clone(users.OAuth2.Providers)
	for i := range users.OAuth2.Providers {
		users.OAuth2.Providers[i].ClientSecret = secret.Text{}
	}
	return link.PocketBaseSnapshot{URL: worldPocketBase, Version: "0.39.11", Settings: w.settings,
		Collections: []link.CollectionState{users}, Linked: map[string]int{}}
}

// text returns the whole world as text, with placeholders for keys and for the
// generated credentials of the link.
func (w *world) text() string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	for _, a := range w.apps {
		name := "none"
		if p := w.provider(a.Provider); p != nil {
			name = p.Name
		}
		a.PK, a.Provider, a.ProviderName, a.ProviderKind = "", 0, "", ""
		add("application %+v of provider %s", a, name)
	}
	for _, p := range w.providers {
		names := []string{}
		for _, ref := range p.Mappings {
			m := pick(w.mappings, func(m link.Mapping) bool { return m.ID == ref.ID })
			names = append(names, m.Name)
		}
		slices.Sort(names)
		slices.Sort(p.GrantTypes)
		add("provider %s: %q %q %+v %v %v %v %v %v %v %v %v %s %s %s %s", p.Name, p.ClientID, p.ClientSecret.Reveal(),
			p.RedirectURIs, names, p.GrantTypes, p.ClientType,
			p.AuthorizationFlow.ID, p.InvalidationFlow.ID, p.SigningKey.ID, p.SubjectMode, p.IssuerMode,
			p.AccessCodeValidity, p.AccessTokenValidity, p.RefreshTokenValidity, p.RefreshTokenThreshold)
	}
	for _, b := range w.bindings {
		app := pick(w.apps, func(a link.ApplicationState) bool { return a.PK == b.Application.ID })
		add("binding of %s: %s %s %v %v", app.Slug, b.Kind, b.Target.ID, b.Enabled, b.Negate)
	}
	for _, m := range w.mappings {
		add("mapping %s %s %s %s", m.Name, m.Scope, m.Expression, m.Managed)
	}
	slices.Sort(lines)
	add("settings %+v", w.settings)
	add("rules %q %q, enabled %v, mapped %+v", link.Value(w.users.CreateRule, "nil"),
		link.Value(w.users.AuthRule, "nil"), w.users.OAuth2.Enabled, w.users.OAuth2.Mapped)
	for _, p := range w.users.OAuth2.Providers {
		add("slot %s: %q %q %q %s %s %s %v %s %v", p.Slot, p.DisplayName, p.ClientID, p.ClientSecret.Reveal(),
			p.AuthURL, p.TokenURL, p.UserInfoURL, link.Value(p.PKCE, true), p.JWKSURL, p.Issuers)
	}
	return w.named(strings.Join(lines, "\n"))
}

// named replaces the values generated for the link by placeholders.
func (w *world) named(text string) string {
	for _, p := range w.providers {
		if p.PK == 1 {
			continue
		}
		text = strings.ReplaceAll(text, fmt.Sprintf("%q", p.ClientSecret.Reveal()), "the client secret")
		if len(p.ClientID) == 40 {
			text = strings.ReplaceAll(text, fmt.Sprintf("%q", p.ClientID), "the client id")
		}
	}
	return text
}

// foreign returns the complete foreign slots.
func (w *world) foreign() string {
	var out []string
	for _, p := range w.users.OAuth2.Providers {
		if slices.Contains(foreignSecrets, p.ClientSecret.Reveal()) {
			out = append(out, fmt.Sprintf("%+v %s %s", p, p.Raw, p.ClientSecret.Reveal()))
		}
	}
	return strings.Join(out, "\n")
}

// broken returns an error for a state that must never exist: a button in PocketBase
// whose client ID belongs to no application.
func (w *world) broken() error {
	for _, slot := range w.users.OAuth2.Providers {
		if strings.HasSuffix(slot.AuthURL, ".example/") {
			continue
		}
		p := pick(w.providers, func(p link.ProviderState) bool { return p.ClientID == slot.ClientID })
		if p == nil || pick(w.apps, func(a link.ApplicationState) bool { return a.Provider == p.PK }) == nil {
			return fmt.Errorf("%s shows a button without an application", slot.Slot)
		}
	}
	return nil
}

func (w *world) key(kind string) string {
	w.made++
	return fmt.Sprintf("%s-%d", kind, w.made)
}
