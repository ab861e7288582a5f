package faults_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// write carries out one change atomically.
func (w *world) write(c link.Change) error {
	s := setter{change: c, done: map[string]bool{}}
	next := w.copy()
	if err := next.carryOut(s); err != nil {
		return err
	}
	for _, f := range c.Fields {
		if c.Action != link.Delete && !s.done[f.Name] {
			return fmt.Errorf("%s names the field %s, which nothing has", c.ID(), f.Name)
		}
	}
	*w = *next
	return nil
}

// setter writes the fields that a change names.
type setter struct {
	change link.Change
	prefix string
	done   map[string]bool
}

func set[T any](s setter, name string, to *T, from T) {
	if s.change.Changed(s.prefix + name) {
		*to, s.done[s.prefix+name] = from, true
	}
}

func (s setter) below(prefix string) setter {
	s.prefix = prefix
	return s
}

func (w *world) carryOut(s setter) error {
	switch s.change.Kind {
	case link.KindMapping:
		return w.writeMapping(s)
	case link.KindKey:
		return w.writeKey(s)
	case link.KindPair:
		return w.createPair(s, *s.change.After.(*link.PairState))
	case link.KindProvider:
		return w.writeProvider(s)
	case link.KindApplication:
		return w.writeApplication(s)
	case link.KindBinding:
		return w.writeBinding(s)
	case link.KindSettings:
		set(s, "meta.hideControls", &w.settings.HideControls, s.change.After.(*link.SettingsState).HideControls)
		return nil
	case link.KindRules:
		after := s.change.After.(*link.CollectionState)
		set(s, "createRule", &w.users.CreateRule, after.CreateRule)
		set(s, "authRule", &w.users.AuthRule, after.AuthRule)
		return nil
	case link.KindOAuth2, link.KindOldSlot:
		return w.writeOAuth2(s)
	}
	return fmt.Errorf("no system has a %s", s.change.Kind)
}

func (w *world) writeMapping(s setter) error {
	after, _ := s.change.After.(*link.Mapping)
	before, _ := s.change.Before.(*link.Mapping)
	switch {
	case after == nil:
		if slices.ContainsFunc(w.providers, func(p link.ProviderState) bool {
			return slices.ContainsFunc(p.Mappings, func(r link.Ref) bool { return r.ID == before.ID })
		}) {
			return fmt.Errorf("the mapping %s is in use", before.Name)
		}
		w.mappings = slices.DeleteFunc(w.mappings, func(m link.Mapping) bool { return m.ID == before.ID })
		return nil
	case before == nil && pick(w.mappings, func(m link.Mapping) bool { return m.Name == after.Name }) != nil:
		return fmt.Errorf("there is a mapping %s already", after.Name)
	case before == nil:
		w.mappings = append(w.mappings, link.Mapping{Ref: link.Ref{ID: w.key("mapping")}})
		before = &w.mappings[len(w.mappings)-1]
	}
	to := pick(w.mappings, func(m link.Mapping) bool { return m.ID == before.ID })
	set(s, "name", &to.Name, after.Name)
	set(s, "scope_name", &to.Scope, after.Scope)
	set(s, "description", &to.Description, after.Description)
	set(s, "expression", &to.Expression, after.Expression)
	return nil
}

func (w *world) writeKey(s setter) error {
	after := s.change.After.(*link.KeyState)
	k := link.Key{Ref: link.Ref{ID: w.key("key")}, Type: "rsa"}
	set(s, "common_name", &k.Name, after.Name)
	s.done["alg"] = true
	w.keys = append(w.keys, k)
	return nil
}

func (w *world) createPair(s setter, pair link.PairState) error {
	provider, app := serverProvider(), link.ApplicationState{PolicyEngineMode: "any"}
	if err := w.setProvider(s.below("provider."), &provider, pair.Provider); err != nil {
		return err
	}
	setApplication(s.below("application."), &app, pair.Application)
	s.done["application.provider"] = true
	if w.app(app.Slug) != nil {
		return fmt.Errorf("there is an application %s already", app.Slug)
	}
	provider.PK, app.PK = w.number(), w.key("application")
	app.Provider = provider.PK
	w.providers, w.apps = append(w.providers, provider), append(w.apps, app)
	for _, b := range pair.Bindings {
		b.PK, b.Application = w.key("binding"), link.Ref{ID: app.PK, Name: app.Slug}
		w.bindings = append(w.bindings, b)
		s.done["binding."+b.Kind] = true
	}
	return nil
}

func (w *world) number() int {
	w.made++
	return w.made
}

func serverProvider() link.ProviderState {
	return link.ProviderState{ClientType: "confidential", ClientID: "made-by-the-server",
		ClientSecret:       secret.New("made by the server"),
		AccessCodeValidity: "minutes=1", AccessTokenValidity: "hours=1", RefreshTokenValidity: "days=30",
		RefreshTokenThreshold: "seconds=0",
		SubjectMode:           "hashed_user_id", IssuerMode: "per_provider", IncludeClaims: true}
}

func (w *world) writeProvider(s setter) error {
	after, _ := s.change.After.(*link.ProviderState)
	before, _ := s.change.Before.(*link.ProviderState)
	switch {
	case after == nil:
		w.providers = slices.DeleteFunc(w.providers, func(p link.ProviderState) bool { return p.PK == before.PK })
		for i := range w.apps {
			if w.apps[i].Provider == before.PK {
				w.apps[i].Provider = 0
			}
		}
		return nil
	case before == nil:
		p := serverProvider()
		if err := w.setProvider(s, &p, *after); err != nil {
			return err
		}
		p.PK = w.number()
		w.providers = append(w.providers, p)
		return nil
	}
	to := w.provider(before.PK)
	if to == nil {
		return fmt.Errorf("there is no provider %d", before.PK)
	}
	return w.setProvider(s, to, *after)
}

func (w *world) setProvider(s setter, to *link.ProviderState, from link.ProviderState) error {
	from = copyProvider(from)
	for i, ref := range from.Mappings {
		m := pick(w.mappings, func(m link.Mapping) bool { return m.ID == ref.ID || ref.ID == "" && m.Name == ref.Name })
		if m == nil {
			return fmt.Errorf("there is no mapping %q yet", ref.Name)
		}
		from.Mappings[i] = m.Ref
	}
	if k := pick(w.keys, func(k link.Key) bool {
		return k.ID == from.SigningKey.ID || from.SigningKey.ID == "" && k.Name == from.SigningKey.Name
	}); k != nil {
		from.SigningKey = k.Ref
	}
	set(s, "name", &to.Name, from.Name)
	set(s, "authorization_flow", &to.AuthorizationFlow, from.AuthorizationFlow)
	set(s, "invalidation_flow", &to.InvalidationFlow, from.InvalidationFlow)
	set(s, "authentication_flow", &to.AuthenticationFlow, from.AuthenticationFlow)
	set(s, "client_type", &to.ClientType, from.ClientType)
	set(s, "client_id", &to.ClientID, from.ClientID)
	set(s, "client_secret", &to.ClientSecret, from.ClientSecret)
	set(s, "redirect_uris", &to.RedirectURIs, from.RedirectURIs)
	set(s, "signing_key", &to.SigningKey, from.SigningKey)
	set(s, "access_code_validity", &to.AccessCodeValidity, from.AccessCodeValidity)
	set(s, "access_token_validity", &to.AccessTokenValidity, from.AccessTokenValidity)
	set(s, "refresh_token_validity", &to.RefreshTokenValidity, from.RefreshTokenValidity)
	set(s, "refresh_token_threshold", &to.RefreshTokenThreshold, from.RefreshTokenThreshold)
	set(s, "sub_mode", &to.SubjectMode, from.SubjectMode)
	set(s, "issuer_mode", &to.IssuerMode, from.IssuerMode)
	set(s, "include_claims_in_id_token", &to.IncludeClaims, from.IncludeClaims)
	set(s, "grant_types", &to.GrantTypes, from.GrantTypes)
	set(s, "property_mappings", &to.Mappings, from.Mappings)
	if !to.ClientSecret.IsSet() {
		return fmt.Errorf("the client secret would be empty")
	}
	for i := range w.providers {
		if other := &w.providers[i]; other != to && (other.Name == to.Name || other.ClientID == to.ClientID) {
			return fmt.Errorf("there is a provider %q or a client id %q already", to.Name, to.ClientID)
		}
	}
	return nil
}

func (w *world) writeApplication(s setter) error {
	after, _ := s.change.After.(*link.ApplicationState)
	before, _ := s.change.Before.(*link.ApplicationState)
	switch {
	case after == nil:
		w.bindings = slices.DeleteFunc(w.bindings,
			func(b link.BindingState) bool { return b.Application.ID == before.PK })
		w.apps = slices.DeleteFunc(w.apps, func(a link.ApplicationState) bool { return a.Slug == before.Slug })
		return nil
	case before == nil && w.app(after.Slug) != nil:
		return fmt.Errorf("there is an application %s already", after.Slug)
	case before == nil:
		w.apps = append(w.apps, link.ApplicationState{PK: w.key("application"), Slug: after.Slug,
			PolicyEngineMode: "any"})
		before = &w.apps[len(w.apps)-1]
	}
	to := w.app(before.Slug)
	if to == nil {
		return fmt.Errorf("there is no application %s", before.Slug)
	}
	setApplication(s, to, *after)
	if s.change.Changed("provider") {
		s.done["provider"] = true
		to.Provider = after.Provider
		if p := pick(w.providers,
			func(p link.ProviderState) bool { return p.Name == after.ProviderName }); after.Provider == 0 && p != nil {
			to.Provider = p.PK
		}
	}
	return nil
}

func setApplication(s setter, to *link.ApplicationState, from link.ApplicationState) {
	set(s, "name", &to.Name, from.Name)
	set(s, "slug", &to.Slug, from.Slug)
	set(s, "group", &to.Group, from.Group)
	set(s, "policy_engine_mode", &to.PolicyEngineMode, from.PolicyEngineMode)
	set(s, "meta_launch_url", &to.LaunchURL, from.LaunchURL)
	set(s, "meta_icon", &to.Icon, from.Icon)
	set(s, "meta_publisher", &to.Publisher, from.Publisher)
	set(s, "meta_description", &to.Description, from.Description)
	set(s, "open_in_new_tab", &to.OpenInNewTab, from.OpenInNewTab)
	set(s, "meta_hide", &to.Hide, from.Hide)
}

func (w *world) writeBinding(s setter) error {
	after, _ := s.change.After.(*link.BindingState)
	if after == nil {
		w.bindings = slices.DeleteFunc(w.bindings,
			func(b link.BindingState) bool { return b.PK == s.change.Before.(*link.BindingState).PK })
		return nil
	}
	app := pick(w.apps, func(a link.ApplicationState) bool {
		return a.PK == after.Application.ID || after.Application.ID == "" && a.Slug == after.Application.Name
	})
	if app == nil {
		return fmt.Errorf("there is no application %s yet", after.Application.Name)
	}
	b := *after
	b.PK, b.Application = w.key("binding"), link.Ref{ID: app.PK, Name: app.Slug}
	w.bindings = append(w.bindings, b)
	for _, name := range []string{"target", b.Kind, "enabled", "negate"} {
		s.done[name] = true
	}
	return nil
}

// writeOAuth2 merges by position, like PocketBase up to 0.39: an element in
// another's position would get that one's secret, and is refused here.
func (w *world) writeOAuth2(s setter) error {
	after := s.change.After.(*link.CollectionState)
	o := &w.users.OAuth2
	set(s, "enabled", &o.Enabled, after.OAuth2.Enabled)
	set(s, "mappedFields.id", &o.Mapped.ID, after.OAuth2.Mapped.ID)
	set(s, "mappedFields.name", &o.Mapped.Name, after.OAuth2.Mapped.Name)
	set(s, "mappedFields.username", &o.Mapped.Username, after.OAuth2.Mapped.Username)
	set(s, "mappedFields.avatarURL", &o.Mapped.AvatarURL, after.OAuth2.Mapped.AvatarURL)
	for i, want := range after.OAuth2.Providers {
		if i < len(o.Providers) && o.Providers[i].Slot != want.Slot {
			return fmt.Errorf("element %d is %s and would become %s", i, o.Providers[i].Slot, want.Slot)
		}
		if i >= len(o.Providers) {
			o.Providers = append(o.Providers, link.OAuth2Provider{Slot: want.Slot})
		}
		below := s.below(want.Slot + ".")
		if slices.ContainsFunc(s.change.Fields,
			func(f link.Field) bool { return strings.HasPrefix(f.Name, below.prefix) }) {
			if err := setElement(below, &o.Providers[i], want); err != nil {
				return err
			}
		}
	}
	for _, gone := range o.Providers[len(after.OAuth2.Providers):] {
		for _, f := range s.change.Fields {
			if strings.HasPrefix(f.Name, gone.Slot+".") {
				s.done[f.Name] = true
			}
		}
	}
	o.Providers = o.Providers[:len(after.OAuth2.Providers)]
	return nil
}

// setElement writes a complete element with its secret.
func setElement(s setter, to *link.OAuth2Provider, from link.OAuth2Provider) error {
	if !from.ClientSecret.IsSet() {
		return fmt.Errorf("the element %s has no client secret", from.Slot)
	}
	set(s, "displayName", &to.DisplayName, from.DisplayName)
	set(s, "clientId", &to.ClientID, from.ClientID)
	set(s, "authURL", &to.AuthURL, from.AuthURL)
	set(s, "tokenURL", &to.TokenURL, from.TokenURL)
	set(s, "userInfoURL", &to.UserInfoURL, from.UserInfoURL)
	set(s, "pkce", &to.PKCE, from.PKCE)
	set(s, "extra.jwksURL", &to.JWKSURL, from.JWKSURL)
	set(s, "extra.issuers", &to.Issuers, from.Issuers)
	to.ClientSecret = from.ClientSecret
	s.done[s.prefix+"clientSecret"] = true
	to.Raw = json.RawMessage(`{"name":"` + to.Slot + `"}`)
	return nil
}
