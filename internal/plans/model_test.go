package plans_test

import (
	"fmt"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/plans/resolve"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// world is both systems in memory. A plan is applied to it by the fields that
// its changes name and by nothing else, so a field that a plan wants to change
// but does not name stays as it was, and shows in the next plan.
type world struct {
	features  link.Features
	apps      []link.ApplicationState
	providers []link.ProviderState
	others    map[string]string // names of providers of other kinds → kind
	bindings  []link.BindingState
	flows     []link.Flow
	keys      []link.Key
	mappings  []link.Mapping
	groups    []link.Ref
	users     []link.Ref
	policies  []link.Ref
	missing   []report.Permission

	// The providers of collections hold their client secrets, which
	// observations leave out.
	collections []link.CollectionState
	settings    link.SettingsState
	linked      map[string]int

	made int // objects made so far, for their ids
}

const (
	authentikURL  = "https://authentik.company"
	pocketbaseURL = "https://pocketbase.company"
)

// observe reads the world as the two adapters would.
func (w *world) observe(q link.Query) (link.AuthentikSnapshot, link.PocketBaseSnapshot) {
	a := link.AuthentikSnapshot{
		URL: authentikURL, Version: "2026.5.0", Features: w.features, NameTaken: w.others[q.ProviderName],
		Flows: slices.Clone(w.flows), Keys: slices.Clone(w.keys), Mappings: slices.Clone(w.mappings),
		Groups: slices.Clone(w.groups), Users: slices.Clone(w.users), Policies: slices.Clone(w.policies),
		Missing: slices.Clone(w.missing),
	}
	for _, p := range w.providers {
		a.Providers = append(a.Providers, w.readProvider(p))
	}
	app := w.app(q.Slug)
	if q.ApplicationPK != "" {
		app = pick(w.apps, func(a link.ApplicationState) bool { return a.PK == q.ApplicationPK })
	}
	if app != nil {
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
	return a, w.observePocketBase()
}

func (w *world) observePocketBase() link.PocketBaseSnapshot {
	p := link.PocketBaseSnapshot{URL: pocketbaseURL, Version: "0.39.11", Settings: w.settings, Linked: w.linked}
	for _, c := range w.collections {
		c.Fields = slices.Clone(c.Fields)
		c.OAuth2.Providers = slices.Clone(c.OAuth2.Providers)
		for i := range c.OAuth2.Providers {
			c.OAuth2.Providers[i].ClientSecret = secret.Text{}
		}
		p.Collections = append(p.Collections, c)
	}
	return p
}

// readProvider is a provider as the API tells of it, with the application
// that it is assigned to.
func (w *world) readProvider(p link.ProviderState) link.ProviderState {
	p = copyProvider(p)
	p.ApplicationSlug, p.ApplicationName = "", ""
	for _, a := range w.apps {
		if a.Provider == p.PK {
			p.ApplicationSlug, p.ApplicationName = a.Slug, a.Name
		}
	}
	return p
}

func copyProvider(p link.ProviderState) link.ProviderState {
	p.RedirectURIs = slices.Clone(p.RedirectURIs)
	p.GrantTypes = slices.Clone(p.GrantTypes)
	p.Mappings = slices.Clone(p.Mappings)
	return p
}

// copy is a world that shares nothing with w that an apply writes to.
func (w *world) copy() *world {
	c := *w
	c.apps, c.bindings = slices.Clone(w.apps), slices.Clone(w.bindings)
	c.mappings, c.keys = slices.Clone(w.mappings), slices.Clone(w.keys)
	c.providers = nil
	for _, p := range w.providers {
		c.providers = append(c.providers, copyProvider(p))
	}
	c.collections = slices.Clone(w.collections)
	for i := range c.collections {
		c.collections[i].OAuth2.Providers = slices.Clone(w.collections[i].OAuth2.Providers)
	}
	return &c
}

func (w *world) app(slug string) *link.ApplicationState {
	return pick(w.apps, func(a link.ApplicationState) bool { return a.Slug == slug })
}

func (w *world) provider(pk int) *link.ProviderState {
	return pick(w.providers, func(p link.ProviderState) bool { return p.PK == pk && pk != 0 })
}

func (w *world) collection(name string) *link.CollectionState {
	return pick(w.collections, func(c link.CollectionState) bool { return c.Name == name })
}

// pick is a pointer into list to the first that fits, nil for none.
func pick[T any](list []T, fits func(T) bool) *T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return &list[i]
	}
	return nil
}

// plan goes the way of engine.Plan: it looks again where the first look shows
// that the link is there under another slug.
func (w *world) plan(s link.Spec, g link.Generated) (link.Plan, report.Problems) {
	a, p := w.observe(s.Query())
	if slug := resolve.SlugFor(&s, &a, &p); slug != s.Query().Slug {
		s.Application.Slug = &slug
		a, p = w.observe(s.Query())
	}
	return plans.New(&s, &a, &p, g)
}

// apply carries out one change. It refuses what the systems would refuse.
func (w *world) apply(c link.Change) error {
	done := map[string]bool{} // names of fields that were written
	var err error
	if c.Action == link.Delete {
		return w.remove(c)
	}
	switch c.Kind {
	case link.KindMapping:
		err = w.applyMapping(c, done)
	case link.KindKey:
		err = w.applyKey(c, done)
	case link.KindPair:
		err = w.applyPair(c, done)
	case link.KindProvider:
		err = w.applyProvider(c, done)
	case link.KindApplication:
		err = w.applyApplication(c, done)
	case link.KindBinding:
		err = w.applyBinding(c, done)
	case link.KindSettings:
		err = w.applySettings(c, done)
	case link.KindRules:
		err = w.applyRules(c, done)
	case link.KindMethods:
		after, s := c.After.(*link.CollectionState), setter{c, "", done}
		setTo(s, "passwordAuth.enabled", &w.collection(after.Name).PasswordAuth, after.PasswordAuth)
		setTo(s, "otp.enabled", &w.collection(after.Name).OTP, after.OTP)
	case link.KindOAuth2, link.KindOldSlot:
		err = w.applyOAuth2(c, done)
	default:
		err = fmt.Errorf("no system has a %s", c.Kind)
	}
	for _, f := range c.Fields {
		if err == nil && !done[f.Name] {
			err = fmt.Errorf("%s names the field %s, which a %s does not have", c.ID(), f.Name, c.Kind)
		}
	}
	return err
}

// setter writes the fields that a change names and notes which ones.
type setter struct {
	c      link.Change
	prefix string
	done   map[string]bool
}

func (s setter) set(name string, write func()) {
	if s.c.Changed(s.prefix + name) {
		write()
		s.done[s.prefix+name] = true
	}
}

func setTo[T any](s setter, name string, to *T, from T) { s.set(name, func() { *to = from }) }

func (w *world) applyMapping(c link.Change, done map[string]bool) error {
	after := c.After.(*link.Mapping)
	target := &link.Mapping{}
	if c.Action == link.Update {
		target = pick(w.mappings, func(m link.Mapping) bool { return m.ID == c.Before.(*link.Mapping).ID })
	} else if pick(w.mappings, func(m link.Mapping) bool { return m.Name == after.Name }) != nil {
		return fmt.Errorf("property mapping with this name %q already exists", after.Name)
	}
	if target.Managed != "" {
		return fmt.Errorf("the managed mapping %q is edited", target.Name)
	}
	s := setter{c, "", done}
	setTo(s, "name", &target.Name, after.Name)
	setTo(s, "scope_name", &target.Scope, after.Scope)
	setTo(s, "description", &target.Description, after.Description)
	setTo(s, "expression", &target.Expression, after.Expression)
	if c.Action == link.Create {
		target.ID = w.newID("mapping")
		w.mappings = append(w.mappings, *target)
	}
	return nil
}

func (w *world) applyKey(c link.Change, done map[string]bool) error {
	after := c.After.(*link.KeyState)
	key := link.Key{Ref: link.Ref{ID: w.newID("key")}}
	s := setter{c, "", done}
	setTo(s, "common_name", &key.Name, after.Name)
	setTo(s, "alg", &key.Type, map[string]string{"rsa": "rsa", "ecdsa": "ec"}[after.Algorithm])
	w.keys = append(w.keys, key)
	return nil
}

func (w *world) newID(kind string) string {
	w.made++
	return fmt.Sprintf("new-%s-%d", kind, w.made)
}

func (w *world) newPK() int {
	w.made++
	return 1000 + w.made
}

func (w *world) applySettings(c link.Change, done map[string]bool) error {
	s := setter{c, "", done}
	setTo(s, "meta.hideControls", &w.settings.HideControls, c.After.(*link.SettingsState).HideControls)
	return nil
}

func (w *world) applyRules(c link.Change, done map[string]bool) error {
	after := c.After.(*link.CollectionState)
	target := w.collection(after.Name)
	s := setter{c, "", done}
	setTo(s, "createRule", &target.CreateRule, after.CreateRule)
	setTo(s, "authRule", &target.AuthRule, after.AuthRule)
	return nil
}

// applyOAuth2 writes our element. It refuses a list in which any other
// element is not what it was, where it was: PocketBase would move secrets.
func (w *world) applyOAuth2(c link.Change, done map[string]bool) error {
	after := c.After.(*link.CollectionState)
	target := w.collection(after.Name)
	s := setter{c, "", done}
	setTo(s, "enabled", &target.OAuth2.Enabled, after.OAuth2.Enabled)
	mapped := &target.OAuth2.Mapped
	setTo(s, "mappedFields.id", &mapped.ID, after.OAuth2.Mapped.ID)
	setTo(s, "mappedFields.name", &mapped.Name, after.OAuth2.Mapped.Name)
	setTo(s, "mappedFields.username", &mapped.Username, after.OAuth2.Mapped.Username)
	setTo(s, "mappedFields.avatarURL", &mapped.AvatarURL, after.OAuth2.Mapped.AvatarURL)
	if len(after.OAuth2.Providers) < len(target.OAuth2.Providers) {
		return removeElement(target, after.OAuth2.Providers, s)
	}
	for i, want := range after.OAuth2.Providers {
		if i < len(target.OAuth2.Providers) && target.OAuth2.Providers[i].Slot != want.Slot {
			return fmt.Errorf("element %d is %s and would become %s", i, target.OAuth2.Providers[i].Slot, want.Slot)
		}
		ours := slices.ContainsFunc(c.Fields, func(f link.Field) bool {
			return strings.HasPrefix(f.Name, want.Slot+
				".")
		})
		if i >= len(target.OAuth2.Providers) {
			if !ours {
				return fmt.Errorf("the new element %s is not named", want.Slot)
			}
			target.OAuth2.Providers = append(target.OAuth2.Providers, link.OAuth2Provider{Slot: want.Slot})
		}
		if ours {
			setElement(setter{c, want.Slot + ".", done}, &target.OAuth2.Providers[i], want)
		}
	}
	return nil
}

func setElement(s setter, to *link.OAuth2Provider, from link.OAuth2Provider) {
	setTo(s, "displayName", &to.DisplayName, from.DisplayName)
	setTo(s, "clientId", &to.ClientID, from.ClientID)
	setTo(s, "clientSecret", &to.ClientSecret, from.ClientSecret)
	setTo(s, "authURL", &to.AuthURL, from.AuthURL)
	setTo(s, "tokenURL", &to.TokenURL, from.TokenURL)
	setTo(s, "userInfoURL", &to.UserInfoURL, from.UserInfoURL)
	setTo(s, "pkce", &to.PKCE, from.PKCE)
	setTo(s, "extra.jwksURL", &to.JWKSURL, from.JWKSURL)
	setTo(s, "extra.issuers", &to.Issuers, from.Issuers)
	to.Raw = fmt.Appendf(nil, `{"name":%q,"clientId":%q}`, to.Slot, to.ClientID)
}
