// Package resolve finds the link that a spec is about in both systems, and returns the state that the spec describes.
// Import goes the other way.
package resolve

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/preset"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Desired returns the state that the spec describes. Fields that the spec leaves open keep their current value
// or get their default. It reports all problems at once; the state is then resolved as far as possible.
func Desired(s link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot, g link.Generated) (link.Desired,
	report.Problems) {
	var problems report.Problems
	d := link.Desired{AuthentikURL: cmp.Or(s.AuthentikURL, a.URL), Email: s.Email}
	if app := preset.Of(&s, p); app != nil {
		d.Preset = app.Name
	}
	if len(s.PocketBaseURLs) == 0 {
		s.PocketBaseURLs = []string{p.URL}
	}
	d.PocketBaseURL = s.PocketBaseURLs[0]
	decisive := []link.Kind{link.KindPair}
	if !s.Access.Empty() && a.Application != nil {
		decisive = append(decisive, link.KindBinding)
	}
	CheckReadable(a, decisive, &problems)
	collection, ok := resolveCollection(&s, *p, &problems) // before what may follow from it
	found := find(&s, a, p, &problems)
	resolveApplication(&d, s, found)
	resolveProvider(&d, s, a, found, &problems)
	resolveCredentials(&d, &s, a, &collection, found, g)
	checkProviderName(&s, &d, a, &problems)
	resolveBindings(&d, &s, a, &problems)
	if !ok {
		return d, withoutQuestion(problems)
	}
	resolveSlot(&d, &s, a, collection, &problems)
	return d, problems
}

// CheckReadable adds a problem for each kind of object that the token can't read: unseen objects would be
// created again or left behind.
func CheckReadable(a *link.AuthentikSnapshot, kinds []link.Kind, problems *report.Problems) {
	for _, one := range []struct {
		permission report.Permission
		problem    say.Text
		decides    []link.Kind
	}{
		{report.PermViewApplication, say.Of("The authentik token may not read applications, so authpocket can't see " +
			"which ones exist."), []link.Kind{link.KindPair, link.KindApplication,
			link.KindBinding}},
		{report.PermViewProvider, say.Of("The authentik token may not read OAuth2 providers, so authpocket can't see " +
			"which ones exist."), []link.Kind{link.KindPair, link.KindProvider}},
		{report.PermViewBinding, say.Of("The authentik token may not read policy bindings, so authpocket can't see " +
			"which ones exist."), []link.Kind{link.KindBinding}},
		{report.PermViewMapping, say.Of("The authentik token may not read scope mappings, so authpocket can't see " +
			"which ones exist."), []link.Kind{link.KindMapping}},
	} {
		decides := slices.ContainsFunc(kinds, func(k link.Kind) bool { return slices.Contains(one.decides, k) })
		if decides && slices.Contains(a.Missing, one.permission) {
			problems.Add("authentik.token", one.problem, say.Of("Give it the permission %s.", string(one.permission)))
		}
	}
}

func resolveApplication(d *link.Desired, s link.Spec, found Found) {
	now := link.ApplicationState{Slug: s.Query().Slug, Name: s.DefaultName(),
		LaunchURL: s.DefaultAddress(s.Defaults.LaunchURL, ""), Icon: s.DefaultAddress(s.Defaults.Icon, "")}
	link.Reset(link.ApplicationAttrs(), &now)
	if found.Application != nil {
		now = *found.Application
	}
	d.Application = link.ApplicationState{PK: now.PK, ProviderKind: now.ProviderKind}
	link.Resolve(link.ApplicationAttrs(), &d.Application, &s.Application, &now)
}

func resolveProvider(d *link.Desired, s link.Spec, a *link.AuthentikSnapshot, found Found,
	problems *report.Problems) {
	now := link.ProviderState{Name: link.DefaultProviderName(d.Application.Name)}
	link.Reset(link.ProviderAttrs(), &now)
	if found.Provider != nil {
		now = *found.Provider
	}
	d.Provider = link.ProviderState{PK: now.PK, EncryptionKey: now.EncryptionKey, ApplicationSlug: d.Application.Slug,
		ApplicationName: d.Application.Name}
	link.Resolve(link.ProviderAttrs(), &d.Provider, &s.Provider, &now)
	d.Provider.ClientType = "confidential"
	d.Provider.IncludeClaims = now.IncludeClaims || link.Value(s.PocketBase.UserInfo, "") == "id_token"
	checkLogout(&s, a, problems)
	d.Provider.RedirectURIs = resolveRedirects(&s, d.Application.LaunchURL, now.RedirectURIs)
	d.Application.Provider, d.Application.ProviderName = now.PK, d.Provider.Name
	resolveFlows(d, s, a, now, problems)
	resolveKey(d, &s, a, &now, problems)
	resolveMappings(d, &s, a, &now, problems)
	if a.Features.GrantTypes {
		d.Provider.GrantTypes = resolveGrants(now.GrantTypes, d.Provider.Mappings, a)
	}
}

// resolveRedirects returns the current redirect URIs in order, followed by those that PocketBase and the app need. A
// list in the spec replaces them. launch is the application's launch URL.
func resolveRedirects(s *link.Spec, launch string, now []link.RedirectURI) []link.RedirectURI {
	list := slices.Clone(now)
	if given := s.Provider.RedirectURIs; given != nil {
		list = givenRedirects(given, now)
		if len(given) == 0 || slices.ContainsFunc(given, func(r link.RedirectURI) bool { return !r.Logout() }) {
			return list
		}
	}
	for _, needed := range s.NeededRedirects(launch) {
		uri := link.RedirectURI{URL: needed, Mode: link.RedirectStrict, Type: link.RedirectAuthorization}
		there := func(r link.RedirectURI) bool {
			return r.URL == uri.URL && r.Mode == link.RedirectStrict && !r.Logout()
		}
		if !slices.ContainsFunc(list, there) {
			list = append(list, uri)
		}
	}
	return list
}

// givenRedirects returns the spec's list. If it has only logout URIs, the current other ones stay, and the other way
// round.
func givenRedirects(given, now []link.RedirectURI) []link.RedirectURI {
	list := slices.Clone(given)
	for i := range list {
		list[i].Mode = cmp.Or(list[i].Mode, link.RedirectStrict)
		list[i].Type = cmp.Or(list[i].Type, link.RedirectAuthorization)
	}
	authorize := func(r link.RedirectURI) bool { return !r.Logout() }
	switch logouts := slices.ContainsFunc(list, link.RedirectURI.Logout); {
	case logouts && slices.ContainsFunc(list, authorize):
		return list
	case logouts:
		return append(slices.DeleteFunc(slices.Clone(now), link.RedirectURI.Logout), list...)
	}
	return append(list, slices.DeleteFunc(slices.Clone(now), authorize)...)
}

// checkLogout adds a problem for logout URIs on an authentik that would take them for others.
func checkLogout(s *link.Spec, a *link.AuthentikSnapshot, problems *report.Problems) {
	if a.Features.RedirectURI {
		return
	}
	for i, r := range s.Provider.RedirectURIs {
		if r.Logout() {
			problems.Add(link.FieldAt("provider.redirect_uris", i), say.Of("This authentik has no redirect URIs for "+
				"the logout: it would let sign-ins return to %s.", r.URL),
				say.Of("Leave it out, or upgrade authentik to 2026.5 or later."))
		}
	}
}

func resolveFlows(d *link.Desired, s link.Spec, a *link.AuthentikSnapshot, now link.ProviderState,
	problems *report.Problems) {
	is := now.Flows()
	for i, to := range d.Provider.Flows() {
		attr, _ := link.Named(link.ProviderAttrs(), to.Key)
		slug, given := attr.Given(&s.Provider)
		want := &slug
		if !given {
			want = nil
		}
		if to.Default == "" && (given && slug == "" || !given && is[i].Ref.ID == "") {
			continue // the brand's flow
		}
		*to.Ref = resolveFlow(a, to.Meta, want, *is[i].Ref, problems)
	}
}

func resolveFlow(a *link.AuthentikSnapshot, m *link.Meta, want *string, now link.Ref,
	problems *report.Problems) link.Ref {
	field, designation := m.Spec, m.Flow
	if want != nil && *want == now.ID && now.Name == "" { // the token may not see its name
		want = nil
	}
	if want == nil && now.ID != "" {
		if f := link.Find(a.Flows, func(f link.Flow) bool { return f.ID == now.ID }); f != nil {
			return f.Ref
		}
		return now
	}
	slug := link.Value(want, m.Default)
	for _, f := range a.Flows {
		if f.Name != slug {
			continue
		}
		if f.Designation != designation {
			problems.Add(field, say.Of("The flow “%s” is for %s, not for %s.", slug, f.Designation, designation),
				say.Of("Choose one of: %s.", flowNames(a, designation)))
		}
		return f.Ref
	}
	if slices.Contains(a.Missing, report.PermViewFlow) {
		problems.Add(field, say.Of("The authentik token may not list flows, so “%s” cannot be looked up.", slug),
			say.Of("Give it the permission authentik_flows.view_flow."))
	} else {
		problems.Add(field, say.Of("authentik has no %s flow “%s”.", designation, slug), say.Of("Choose one of: %s.",
			flowNames(a, designation)))
	}
	return link.Ref{}
}

func flowNames(a *link.AuthentikSnapshot, designation string) say.Text {
	var names []string
	for _, f := range a.Flows {
		if f.Designation == designation {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return say.Of("(none; create one in authentik under Flows)")
	}
	return say.Raw(strings.Join(names, ", "))
}

const (
	selfSignedKey = "authentik Self-signed Certificate"
	ownKey        = "authpocket signing key"
)

func resolveKey(d *link.Desired, s *link.Spec, a *link.AuthentikSnapshot, now *link.ProviderState,
	problems *report.Problems) {
	named := func(name string) *link.Key {
		return link.Find(a.Keys, func(k link.Key) bool { return k.Name == name })
	}
	unseen := slices.Contains(a.Missing, report.PermViewKey)
	if want := s.Provider.SigningKey; want != nil {
		switch key := named(*want); {
		case key == nil:
			todo := say.Of("Choose one of: %s.", keyNames(a))
			if unseen {
				todo = say.Of("Give the token the permission authentik_crypto.view_certificatekeypair.")
			}
			problems.Add("provider.signing_key", say.Of("authentik has no signing key “%s” that the token can see.",
				*want), todo)
		case !key.Usable():
			problems.Add("provider.signing_key", say.Of("The key “%s” is of the type %s: with it authentik's OpenID "+
				"configuration fails.", *want, key.Type), say.Of("Choose an RSA or EC key: %s.", keyNames(a)))
		default:
			d.Provider.SigningKey = key.Ref
		}
		return
	}
	current := link.Find(a.Keys, func(k link.Key) bool { return k.ID == now.SigningKey.ID && k.Usable() })
	if a.KeysUnread || current == nil && unseen && now.SigningKey.ID != "" {
		d.Provider.SigningKey = now.SigningKey
		return
	}
	for _, key := range []*link.Key{current, named(selfSignedKey), named(ownKey), link.Find(a.Keys, link.Key.Usable)} {
		if key != nil && key.Usable() {
			d.Provider.SigningKey = key.Ref
			return
		}
	}
	if unseen {
		problems.Add("provider.signing_key", say.Of("The authentik token may not list signing keys."),
			say.Of("Give it the permission authentik_crypto.view_certificatekeypair."))
		return
	}
	name := ownKey
	for n := 2; named(name) != nil; n++ { // one of another type has it
		name = ownKey + " " + strconv.Itoa(n)
	}
	d.Key = &link.KeyState{Name: name, Algorithm: "rsa", Days: 3650}
	d.Provider.SigningKey = link.Ref{Name: name}
}

func keyNames(a *link.AuthentikSnapshot) say.Text {
	var names []string
	for _, k := range a.Keys {
		if k.Usable() {
			names = append(names, k.Name)
		}
	}
	if len(names) == 0 {
		return say.Of("(no RSA or EC key)")
	}
	return say.Raw(strings.Join(names, ", "))
}

// resolveGrants returns the enabled grant types plus the authorization code grant: a provider created through
// the API has none (authentik 2026.5, models.py).
func resolveGrants(now []string, mappings []link.Ref, a *link.AuthentikSnapshot) []string {
	list := slices.Clone(now)
	if !slices.Contains(list, "authorization_code") {
		list = append(list, "authorization_code")
	}
	offline := func(r link.Ref) bool { m := a.MappingByID(r.ID); return m != nil && m.Scope == "offline_access" }
	if slices.ContainsFunc(mappings, offline) && !slices.Contains(list, "refresh_token") {
		list = append(list, "refresh_token")
	}
	return list
}

// resolveCredentials keeps the current client ID and secret. Without a provider, the client ID of a stale slot
// in PocketBase is reused.
func resolveCredentials(d *link.Desired, s *link.Spec, a *link.AuthentikSnapshot, c *link.CollectionState,
	found Found,
	g link.Generated) {
	id, secretText := g.ClientID, g.ClientSecret
	if stale := StaleClient(s, c, a); stale != "" {
		id = stale
	}
	if found.Provider != nil {
		id = found.Provider.ClientID
		if found.Provider.ClientSecret.IsSet() {
			secretText = found.Provider.ClientSecret
		}
	}
	d.Provider.ClientID = link.Value(s.Provider.ClientID, id)
	d.Provider.ClientSecret = link.Value(s.Provider.ClientSecret, secretText)
}

func resolveBindings(d *link.Desired, s *link.Spec, a *link.AuthentikSnapshot, problems *report.Problems) {
	if s.Access == nil {
		return
	}
	order := 0
	for _, b := range a.Bindings {
		order = max(order, b.Order+1)
	}
	add := func(list, kind string, names []string, known []link.Ref) {
		for i, name := range names {
			field := link.FieldAt("access."+list, i)
			target := link.Find(known, func(r link.Ref) bool { return r.Name == name })
			if target == nil {
				problems.Add(field, unknown(kind, name), notSeen(a, kind))
				continue
			}
			bound := func(b link.BindingState) bool {
				return b.Kind == kind && b.Target.ID == target.ID && b.Enabled && !b.Negate && !b.Ended(a.Taken)
			}
			if slices.ContainsFunc(d.Bindings, bound) {
				continue
			}
			if b := link.Find(a.Bindings, bound); b != nil {
				d.Bindings = append(d.Bindings, *b)
				continue
			}
			d.Bindings = append(d.Bindings, link.BindingState{
				Application: link.Ref{ID: d.Application.PK, Name: d.Application.Slug},
				Kind:        kind, Target: *target, Order: order, Enabled: true,
			})
			order++
		}
	}
	add("groups", "group", s.Access.Groups, a.Groups)
	add("users", "user", s.Access.Users, a.Users)
	add("policies", "policy", s.Access.Policies, a.Policies)
}

func unknown(kind, name string) say.Text {
	return map[string]say.Text{
		"group":  say.Of("authentik has no group “%s” that the token can see.", name),
		"user":   say.Of("authentik has no user “%s” that the token can see.", name),
		"policy": say.Of("authentik has no policy “%s” that the token can see.", name),
	}[kind]
}

// notSeen returns what to do if a group, user or policy is not found.
func notSeen(a *link.AuthentikSnapshot, kind string) say.Text {
	permission := map[string]report.Permission{"group": report.PermViewGroup, "user": report.PermViewUser,
		"policy": report.PermViewPolicy}[kind]
	if slices.Contains(a.Missing, permission) {
		return say.Of("Give the token the permission %s.", string(permission))
	}
	return say.Of("Check the spelling, or choose another.")
}

func resolveCollection(s *link.Spec, p link.PocketBaseSnapshot, problems *report.Problems) (link.CollectionState,
	bool) {
	name := s.Query().Collection
	c := p.Collection(name)
	if c == nil {
		problems.Add("pocketbase.collection", say.Of("PocketBase has no auth collection “%s”.", name),
			say.Of("Choose one of: %s.", collectionNames(&p)))
		return link.CollectionState{Name: name}, false
	}
	return *c, true
}

func collectionNames(p *link.PocketBaseSnapshot) say.Text {
	var names []string
	for _, c := range p.Collections {
		if c.Name != link.Superusers {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return say.Of("(none; create an auth collection first)")
	}
	return say.Raw(strings.Join(names, ", "))
}

// Existing returns the application and provider of the spec's link, for its removal.
func Existing(s *link.Spec, a *link.AuthentikSnapshot, p *link.PocketBaseSnapshot) (Found, report.Problems) {
	var problems report.Problems
	CheckReadable(a, []link.Kind{link.KindPair, link.KindMapping}, &problems)
	found := find(s, a, p, &problems)
	if slices.ContainsFunc(problems, asks) {
		if _, ok := resolveCollection(s, *p, &problems); !ok {
			problems = withoutQuestion(problems)
		}
	}
	return found, problems
}
