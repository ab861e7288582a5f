package plans_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
)

// counts says how many objects of each kind there are.
func (w *world) counts() string {
	n := 0
	for _, c := range w.collections {
		n += len(c.OAuth2.Providers)
	}
	return fmt.Sprintf("%d applications, %d providers, %d bindings, %d mappings, %d keys, %d elements",
		len(w.apps), len(w.providers), len(w.bindings), len(w.mappings), len(w.keys), n)
}

// mayUse lists who may use the application, out of all people who differ in
// what they are: in which groups, which user, at which hours.
func (w *world) mayUse(slug string) []string {
	app := w.app(slug)
	if app == nil || app.Provider == 0 {
		return nil
	}
	atoms := []string{"group-staff", "group-admins", "5", "policy-hours"}
	var people []string
	for bits := range 1 << len(atoms) {
		var is []string
		for i, atom := range atoms {
			if bits&(1<<i) != 0 {
				is = append(is, atom)
			}
		}
		if w.passes(*app, is) {
			people = append(people, "somebody with "+strings.Join(is, ", "))
		}
	}
	return people
}

func (w *world) passes(app link.ApplicationState, is []string) bool {
	passed, bindings := 0, 0
	for _, b := range w.bindings {
		if b.Application.ID == app.PK && b.Enabled {
			bindings++
			if slices.Contains(is, b.Target.ID) != b.Negate {
				passed++
			}
		}
	}
	return bindings == 0 || app.PolicyEngineMode == "all" && passed == bindings || app.PolicyEngineMode == "any" &&
		passed > 0
}

func union(a, b []string) []string { return append(slices.Clone(a), b...) }

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// findings are what a check of a world complains of.
type findings []string

func (f *findings) same(what string, before, after any) {
	if diff := cmp.Diff(before, after); diff != "" {
		*f = append(*f, what+" was changed (before -, after +):\n"+diff)
	}
}

func (f *findings) hold(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// untouched compares everything that the spec does not name.
func untouched(before, after *world, s link.Spec, d link.Desired) findings {
	var f findings
	for _, a := range before.apps {
		if a.Slug != d.Application.Slug {
			f.same("another application", &a, after.app(a.Slug))
		}
	}
	for _, p := range before.providers {
		if p.PK != d.Provider.PK {
			f.same("another provider", &p, after.provider(p.PK))
		}
	}
	for i, b := range before.bindings {
		f.same("a binding", b, after.bindings[i])
	}
	for i, k := range before.keys {
		f.same("a key", k, after.keys[i])
	}
	for i, m := range before.mappings {
		if !mappings.Own(m.Name) {
			f.same("a scope mapping", m, after.mappings[i])
		}
	}
	if !s.PocketBase.ShowControls {
		f.same("the settings", before.settings, after.settings)
	}
	for i, c := range before.collections {
		if c.Name != d.Collection.Name {
			f.same("another collection", c, after.collections[i])
		}
	}
	f.untouchedElements(before, after, d)
	if a := before.app(d.Application.Slug); a != nil {
		f.openFields("application", s.Application, *a, *after.app(a.Slug), nil)
	}
	if p := before.provider(d.Provider.PK); p != nil {
		f.untouchedProvider(before, s, *p, *after.provider(p.PK))
	}
	f.untouchedCollection(before, after, s, d)
	return f
}

// untouchedElements holds the other elements of the collection to the byte
// and to their place.
func (f *findings) untouchedElements(before, after *world, d link.Desired) {
	old, now := before.collection(d.Collection.Name).OAuth2.Providers,
		after.collection(d.Collection.Name).OAuth2.Providers
	for i, p := range old {
		if p.Slot == d.Slot.Slot {
			continue
		}
		f.same("the element "+p.Slot, p, now[i])
		f.hold(bytes.Equal(p.Raw, now[i].Raw), "the bytes of %s are %s", p.Slot, now[i].Raw)
		f.hold(bytes.Equal(p.Raw, d.Collection.OAuth2.Providers[i].Raw), "the plan would send %s for %s",
			d.Collection.OAuth2.Providers[i].Raw, p.Slot)
	}
}

// openFields compares the fields of two states whose namesakes in the spec
// are nil.
func (f *findings) openFields(what string, spec, before, after any, except []string) {
	s, b, a := reflect.ValueOf(spec), reflect.ValueOf(before), reflect.ValueOf(after)
	for field := range s.Type().Fields() {
		name := field.Name
		left := b.FieldByName(name)
		if !left.IsValid() || slices.Contains(except, name) || !s.FieldByName(name).IsNil() {
			continue
		}
		f.same(what+" "+name, left.Interface(), a.FieldByName(name).Interface())
	}
}

// untouchedProvider knows what a link needs whatever the spec says: a grant,
// mappings, redirect URIs, a key that works and a secret.
func (f *findings) untouchedProvider(w *world, s link.Spec, before, after link.ProviderState) {
	except := []string{"SigningKey", "RedirectURIs"}
	if !before.ClientSecret.IsSet() {
		except = append(except, "ClientSecret")
	}
	f.openFields("provider", s.Provider, before, after, except)
	usable := pick(w.keys, func(k link.Key) bool { return k.ID == before.SigningKey.ID && k.Usable() }) != nil
	if s.Provider.SigningKey == nil && usable {
		f.same("the signing key", before.SigningKey.ID, after.SigningKey.ID)
	}
	if s.Provider.RedirectURIs == nil {
		f.same("the redirect URIs that were there", append([]link.RedirectURI{}, before.RedirectURIs...),
			append([]link.RedirectURI{}, after.RedirectURIs[:len(before.RedirectURIs)]...))
	}
	for _, g := range before.GrantTypes {
		f.hold(slices.Contains(after.GrantTypes, g), "the grant %s is gone", g)
	}
	for _, m := range before.Mappings {
		known := pick(w.mappings, func(x link.Mapping) bool { return x.ID == m.ID })
		mail := known != nil && known.Scope == "email"
		kept := slices.ContainsFunc(after.Mappings, func(x link.Ref) bool { return x.ID == m.ID })
		limit := known != nil && s.Provider.GroupsClaim != nil && mappings.Own(known.Name)
		f.hold(kept || mail || limit || known != nil && s.Provider.ScopeMappings != nil, "the mapping %s is gone", m.ID)
	}
}

func (f *findings) untouchedCollection(before, after *world, s link.Spec, d link.Desired) {
	old, now := before.collection(d.Collection.Name), after.collection(d.Collection.Name)
	f.openFields("collection", s.PocketBase, *old, *now, nil)
	f.same("the fields", old.Fields, now.Fields)
	mapped := struct{ ID, Name, Username, AvatarURL *string }{s.PocketBase.MapID, s.PocketBase.MapName,
		s.PocketBase.MapUsername, s.PocketBase.MapAvatar}
	f.openFields("mapped", mapped, old.OAuth2.Mapped, now.OAuth2.Mapped, nil)
	slot := func(p link.OAuth2Provider) bool { return p.Slot == d.Slot.Slot }
	if p := pick(old.OAuth2.Providers, slot); p != nil {
		q := pick(now.OAuth2.Providers, slot)
		open := struct {
			DisplayName *string
			PKCE        *bool
		}{s.PocketBase.DisplayName, s.PocketBase.PKCE}
		f.openFields("element", open, *p, *q, nil)
		if p.ClientID == q.ClientID && before.secretOf(p.ClientID) == p.ClientSecret.Reveal() {
			f.hold(after.secretOf(q.ClientID) == q.ClientSecret.Reveal(), "PocketBase has an old client secret")
		}
	}
}

func (w *world) secretOf(clientID string) string {
	p := pick(w.providers, func(p link.ProviderState) bool { return p.ClientID == clientID })
	if p == nil {
		return "of no provider"
	}
	return p.ClientSecret.Reveal()
}

// losesItsSlot reports whether the plan changes the client ID of a slot that,
// half done, cannot be told from somebody else's: none of its URLs leads to
// authentik, or another slot leads there with a client ID that nobody has. The
// next run then makes another slot, or stops and asks.
func losesItsSlot(w *world, d link.Desired) bool {
	ours, strays := false, false
	for _, p := range w.collection(d.Collection.Name).OAuth2.Providers {
		leads := strings.HasPrefix(p.AuthURL+p.TokenURL+p.UserInfoURL, authentikURL) ||
			strings.Contains(p.TokenURL+p.UserInfoURL, authentikURL)
		switch {
		case p.Slot == d.Slot.Slot && p.ClientID == d.Slot.ClientID:
			return false
		case p.Slot == d.Slot.Slot:
			ours = leads
		case leads && w.secretOf(p.ClientID) == "of no provider":
			strays = true
		}
	}
	taken := pick(w.collection(d.Collection.Name).OAuth2.Providers,
		func(p link.OAuth2Provider) bool { return p.Slot == d.Slot.Slot }) != nil
	return taken && (!ours || strays)
}

// unmet compares everything that the spec names with what is there, and what
// a link needs in any case.
func unmet(w *world, s link.Spec, d link.Desired) findings {
	var f findings
	app := w.app(d.Application.Slug)
	f.hold(app != nil, "there is no application")
	provider := w.provider(app.Provider)
	f.hold(provider != nil, "the application has no provider")
	c := w.collection(d.Collection.Name)
	element := pick(c.OAuth2.Providers, func(p link.OAuth2Provider) bool { return p.Slot == d.Slot.Slot })
	f.hold(element != nil, "the slot %s is empty", d.Slot.Slot)
	if len(f) > 0 {
		return f
	}
	var except []string
	if !w.features.MetaHide {
		except = append(except, "Hide")
	}
	f.namedFields("application", s.Application, *app, except)
	refs := []string{"AuthorizationFlow", "InvalidationFlow", "AuthenticationFlow", "SigningKey", "RedirectURIs"}
	f.namedFields("provider", s.Provider, *provider, refs)
	f.namedFields("element", struct {
		DisplayName, AuthURL, TokenURL *string
		PKCE                           *bool
	}{s.PocketBase.DisplayName, s.PocketBase.AuthURL, s.PocketBase.TokenURL, s.PocketBase.PKCE}, *element, nil)
	f.namedFields("collection", struct{ CreateRule, AuthRule *string }{s.PocketBase.CreateRule, s.PocketBase.AuthRule},
		*c, nil)
	f.needed(w, s, d, *provider, *element)
	return f
}

// namedFields holds the fields of a state to their namesakes in the spec.
func (f *findings) namedFields(what string, spec, state any, except []string) {
	s, v := reflect.ValueOf(spec), reflect.ValueOf(state)
	for field := range s.Type().Fields() {
		want, got := s.FieldByName(field.Name), v.FieldByName(field.Name)
		if !got.IsValid() || want.Kind() != reflect.Pointer || want.IsNil() || slices.Contains(except, field.Name) {
			continue
		}
		if got.Kind() == reflect.Pointer && !got.IsNil() {
			got = got.Elem()
		}
		if got.Kind() == reflect.Pointer {
			continue // a rule or PKCE that is nil means its default
		}
		f.same(what+" "+field.Name, want.Elem().Interface(), got.Interface())
	}
}

func (f *findings) needed(w *world, s link.Spec, d link.Desired, p link.ProviderState, e link.OAuth2Provider) {
	f.same("the client ID", p.ClientID, e.ClientID)
	f.hold(p.ClientType == "confidential", "the client is %s", p.ClientType)
	f.hold(!w.features.GrantTypes || slices.Contains(p.GrantTypes, "authorization_code"), "the code grant is off: %v",
		p.GrantTypes)
	scopes := map[string]int{}
	for _, m := range p.Mappings {
		if known := pick(w.mappings, func(x link.Mapping) bool { return x.ID == m.ID }); known != nil {
			scopes[known.Scope]++
			own := mappings.Email(s.Email)
			f.hold(known.Scope != "email" || own == nil || known.Name == own.Name && known.Expression == own.Expression,
				"the e-mail decision is undone by %s", known.Name)
		}
	}
	for _, scope := range []string{"openid", "email", "profile"} {
		f.hold(scopes[scope] > 0, "there is no mapping for %s", scope)
	}
	if groups := s.LimitOf(); len(groups) > 0 {
		own := mappings.Groups(d.Application.Slug, groups)
		f.hold(slices.ContainsFunc(w.mappings, func(m link.Mapping) bool {
			return m.Name == own.Name && m.Expression == own.Expression && m.Scope == own.Scope &&
				slices.Contains(p.Mappings, m.Ref)
		}), "the groups claim is not limited to %q", groups)
	}
	for _, base := range s.PocketBaseURLs {
		there := slices.ContainsFunc(p.RedirectURIs, func(r link.RedirectURI) bool {
			return r.Mode == "strict" &&
				r.URL == link.RedirectURL(base)
		})
		f.hold(there || s.Provider.RedirectURIs != nil, "there is no redirect URI for %s", base)
	}
	k := pick(w.keys, func(k link.Key) bool { return k.ID == p.SigningKey.ID })
	f.hold(k != nil && k.Usable(), "the signing key is %v", p.SigningKey)
	f.hold(e.UserInfoURL != "" || e.JWKSURL != "" || len(e.Issuers) > 0 || s.PocketBase.JWKSURL != nil ||
		s.PocketBase.Issuers != nil, "the ID token is read and nothing of it checked")
	if s.Access != nil {
		for _, name := range append(append(slices.Clone(s.Access.Groups), s.Access.Users...), s.Access.Policies...) {
			bound := slices.ContainsFunc(w.bindings, func(b link.BindingState) bool {
				return b.Application.ID == w.app(d.Application.Slug).PK && b.Target.Name == name && b.Enabled &&
					!b.Negate
			})
			f.hold(bound, "nothing lets %s in", name)
		}
	}
}
