package checks

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strings"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// judgeSettings compares application, provider and authpocket's scope mapping with the wanted ones, field by
// field.
func (m *measured) judgeSettings() *report.Check {
	check := newCheck(report.CheckAuthentikSettings, say.Of("authentik has the settings of the link"))
	switch {
	case m.live.cause != "":
		return check.Fails(m.live.cause, m.live.missing, say.Of("Plan and apply again to create what is missing."))
	case m.live.provider == nil:
		return check.SkipsSaying(m.live.missing, m.live.err)
	}
	differs := m.providerDiffers()
	if m.live.application != nil {
		differs = append(differs, m.applicationDiffers()...)
	}
	differs = append(differs, m.mappingsDiffer()...)
	if len(differs) > 0 {
		return check.Fails(report.CauseSettingsDiffer, say.Of("These settings in authentik differ from the link's: %s.",
			say.List(differs...)),
			say.Of("Plan and apply again: the preview shows what differs. If authentik is right, give the link its "+
				"values."))
	}
	return check.Passes(say.Of("The application, its provider and its scope mapping have the wanted settings."))
}

func (m *measured) providerDiffers() []say.Text {
	want, live := m.d.Provider, m.live.state
	want.RedirectURIs, live.RedirectURIs = sortedURIs(want.RedirectURIs), sortedURIs(live.RedirectURIs)
	known := m.mappingIDs()
	want.Mappings = slices.Clone(want.Mappings)
	for i, r := range want.Mappings {
		want.Mappings[i].ID = cmp.Or(r.ID, known[r.Name])
	}
	unknown := func(r link.Ref) bool { return r.ID == "" }
	names := slices.DeleteFunc(rest.KeysOf(link.ProviderAttrs()), func(key string) bool {
		return key == "signing_key" && unknown(want.SigningKey) || key == "property_mappings" &&
			slices.ContainsFunc(want.Mappings, unknown)
	})
	differs := rest.Differing(names, rest.FieldsOf(link.ProviderAttrs(), &want), rest.FieldsOf(link.ProviderAttrs(),
		&live), m.live.provider)
	if live.EncryptionKey.ID != want.EncryptionKey.ID && m.live.provider.Has("encryption_key") {
		differs = append(differs, "encryption_key") // never written, so not among the fields
	}
	return ofPart(func(name string) say.Text { return say.Of("the provider's %s", name) }, differs)
}

func (m *measured) applicationDiffers() []say.Text {
	want := m.d.Application
	names := slices.DeleteFunc(rest.KeysOf(link.ApplicationAttrs()), func(key string) bool {
		return key == "provider" &&
			want.Provider == 0
	})
	live := rest.ApplicationState(m.live.application)
	return ofPart(func(name string) say.Text { return say.Of("the application's %s", name) },
		rest.Differing(names, rest.FieldsOf(link.ApplicationAttrs(), &want),
			rest.FieldsOf(link.ApplicationAttrs(), &live), m.live.application))
}

// mappingsDiffer compares authpocket's own scope mappings. Their description may be edited.
func (m *measured) mappingsDiffer() []say.Text {
	if m.live.mappingsErr != nil {
		return nil
	}
	var differs []say.Text
	for _, want := range m.d.Mappings {
		differs = append(differs, m.mappingDiffers(&want)...)
	}
	return differs
}

func (m *measured) mappingDiffers(want *link.Mapping) []say.Text {
	var names []string
	for _, a := range link.MappingAttrs() {
		if !a.Fixed && !a.Free {
			names = append(names, a.Key)
		}
	}
	for _, o := range m.live.mappings {
		if o.Text("name") == want.Name {
			return ofPart(func(name string) say.Text { return say.Of("the scope mapping's %s", name) },
				rest.Differing(names, rest.FieldsOf(link.MappingAttrs(), want),
					rest.FieldsOf(link.MappingAttrs(), new(rest.MappingState(o))), o))
		}
	}
	return []say.Text{say.Of("the scope mapping “%s”, which does not exist", want.Name)}
}

func ofPart(part func(string) say.Text, names []string) []say.Text {
	list := make([]say.Text, len(names))
	for i, name := range names {
		list[i] = part(strings.ReplaceAll(strings.TrimPrefix(name, "meta_"), "_", " "))
	}
	return list
}

func sortedURIs(list []link.RedirectURI) []link.RedirectURI {
	list = slices.Clone(list)
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return cmp.Or(cmp.Compare(a.URL, b.URL), cmp.Compare(rest.RedirectMode(a), rest.RedirectMode(b)),
			cmp.Compare(rest.RedirectType(a), rest.RedirectType(b))) < 0
	})
	return list
}

// mappingIDs returns the primary keys of the mappings by name.
func (m *measured) mappingIDs() map[string]string {
	ids := map[string]string{}
	for _, o := range m.live.mappings {
		ids[o.Text("name")] = o.Text("pk")
	}
	return ids
}

// judgeBindings checks that the wanted bindings exist. No bindings at all are reported, but pass.
func (m *measured) judgeBindings() *report.Check {
	check := newCheck(report.CheckAuthentikBindings, say.Of("The application's bindings are as wanted"))
	switch {
	case m.live.application == nil:
		return check.SkipsSaying(cmp.Or(m.live.missing, say.Of("The application could not be read.")), m.live.err)
	case m.live.bindingsErr != nil:
		return check.SkipsSaying(rest.FaultWords(m.live.bindingsErr), m.live.bindingsErr)
	}
	live := make([]link.BindingState, 0, len(m.live.bindings))
	for _, o := range m.live.bindings {
		if b := rest.BindingState(o); b.Enabled {
			live = append(live, b)
		}
	}
	var gone, moved []say.Text
	for _, want := range m.d.Bindings {
		there := func(b link.BindingState) bool {
			return b.Kind == want.Kind && b.Target.ID == want.Target.ID && b.Negate == want.Negate
		}
		i := slices.IndexFunc(live, there)
		switch {
		case i < 0:
			gone = append(gone, quoted(want))
		case want.PK != "" && live[i].Order != want.Order: // the order in which policies are evaluated
			moved = append(moved, say.Of("the order of %s", quoted(want)))
		case want.PK != "" && live[i].Timeout != want.Timeout:
			moved = append(moved, say.Of("the timeout of %s", quoted(want)))
		}
	}
	switch {
	case len(gone) == 0 && len(moved) > 0:
		return check.Fails(report.CauseSettingsDiffer, say.Of("These settings in authentik differ from the link's: %s.",
			say.List(moved...)),
			say.Of("Restore it in authentik, or connect again to keep the current one."))
	case len(gone) > 0:
		return check.Fails(report.CauseSettingsDiffer, say.Of("No longer bound: %s.", say.List(gone...)),
			say.Of("Plan and apply again to bind them."))
	case len(live) == 0:
		return check.Passes(say.Of("The application has no bindings: everyone with an authentik account may use " +
			"it, unless authentik's default access to applications is off."))
	}
	return check.Passes(say.Of("Bound to the application: %s.", bindingNames(live)))
}

func bindingNames(list []link.BindingState) say.Text {
	names := make([]say.Text, len(list))
	for i, b := range list {
		b.Target.Name = rest.Plain(b.Target.Name)
		names[i] = b.Who()
	}
	return say.List(names...)
}

// judgeEndpoints compares the URLs in PocketBase with those in authentik's OpenID configuration. PocketBase may
// use another host than browsers, but the same paths.
func (m *measured) judgeEndpoints() *report.Check {
	check := newCheck(report.CheckAuthentikEndpoints, say.Of("The URLs in PocketBase are authentik's endpoints"))
	var config openIDConfig
	if m.discovery.Status != http.StatusOK || json.Unmarshal(m.discovery.Body, &config) != nil ||
		config.TokenURL == "" {
		return check.Skips(say.Of("The OpenID configuration could not be read."))
	}
	slot := m.d.Slot
	for _, one := range []struct {
		label       say.Name
		have, named string
		cause       report.CauseID
	}{
		{"Auth URL", slot.AuthURL, config.AuthURL, report.CauseEndpointURL},
		{"Token URL", slot.TokenURL, config.TokenURL, report.CauseEndpointURL},
		{"User info URL", slot.UserInfoURL, config.UserInfoURL, report.CauseUserInfoURL},
		{"JWKS verification URL", slot.JWKSURL, config.JWKSURL, report.CauseEndpointURL},
	} {
		if one.have == "" {
			continue
		}
		if what := endpointDiffers(one.have, one.named); !what.Empty() {
			return check.Fails(one.cause, say.Join(say.Of("PocketBase's %s is %s; authentik names %s.",
				one.label.Text(), rest.Plain(one.have), rest.Plain(one.named)), what),
				say.Of("Enter it exactly as authentik names it."))
		}
	}
	if len(slot.Issuers) > 0 && !slices.Contains(slot.Issuers, config.IssuerURL) {
		return check.Fails(report.CauseIssuerMismatch, say.Of("PocketBase accepts the issuers %s; authentik names %s.",
			rest.Plain(strings.Join(slot.Issuers, ", ")), rest.Plain(config.IssuerURL)),
			say.Of("Enter the issuer exactly as authentik names it."))
	}
	if what := hostDiffers(slot.AuthURL, config.AuthURL); !what.Empty() {
		return check.Warns(report.CauseEndpointURL, say.Join(say.Of("Browsers are sent to %s; authentik names %s.",
			rest.Plain(slot.AuthURL), rest.Plain(config.AuthURL)), what),
			say.Of("Give PocketBase the Auth URL at authentik's public address, unless browsers reach both."))
	}
	return check.Passes(say.Of("All URLs in PocketBase have the paths that authentik's OpenID configuration names, "+
		"and browsers are sent to %s.", rest.Plain(config.AuthURL)))
}

// endpointDiffers returns a sentence about the difference except scheme and host, empty for none.
func endpointDiffers(have, named string) say.Text {
	a, errA := url.Parse(have)
	b, errB := url.Parse(named)
	switch {
	case errA != nil || errB != nil || a.Host == "":
		return say.Of("It is not a web address.")
	case a.Path == b.Path:
		return say.Text{}
	case strings.TrimRight(a.Path, "/") == strings.TrimRight(b.Path, "/"):
		return say.Of("They differ in the trailing slash.")
	case strings.HasSuffix(a.Path, b.Path) || strings.HasSuffix(b.Path, a.Path):
		return say.Text{} // one of the two addresses has a path prefix
	}
	return say.Of("They differ in the path.")
}

// hostDiffers returns a sentence about the difference in scheme and host, empty for none.
func hostDiffers(have, named string) say.Text {
	a, errA := url.Parse(have)
	b, errB := url.Parse(named)
	switch {
	case errA != nil || errB != nil || have == "":
		return say.Text{}
	case !strings.EqualFold(a.Host, b.Host):
		return say.Of("They differ in the host.")
	case a.Scheme != b.Scheme:
		return say.Of("They differ in the scheme.")
	}
	return say.Text{}
}
