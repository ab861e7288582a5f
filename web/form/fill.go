package form

import (
	"net/url"
	"strings"

	"authpocket/internal/link"
	"authpocket/web/view/setup"
)

// Fill returns the form's values for a spec and for what it comes to. What the
// spec leaves open and what follows from other answers stays empty; the page
// says what it comes to.
func Fill(s link.Spec, d link.Desired) url.Values {
	v := url.Values{}
	fillFrom(v, link.ApplicationAttrs(), &s.Application, &d.Application)
	fillFrom(v, link.ProviderAttrs(), &s.Provider, &d.Provider)
	fillFrom(v, link.PlaceAttrs(), &s.PocketBase, &d.Collection)
	fillFrom(v, link.SlotAttrs(), &s.PocketBase, &d.Slot)
	fillFrom(v, link.OAuth2Attrs(), &s.PocketBase, &d.Collection.OAuth2)
	fillFrom(v, link.RuleAttrs(), &s.PocketBase, &d.Collection)
	fillFrom(v, link.MethodAttrs(), &s.PocketBase, &d.Collection)
	fillFrom(v, link.SettingsAttrs(), &s.PocketBase, &link.SettingsState{})
	fillFrom(v, link.GroupAttrs(), &s.PocketBase, &d.Collection)
	if d.Key != nil {
		v.Del("provider.signing_key") // it is still to be generated
	}
	for _, m := range d.Provider.Mappings {
		v.Add("provider.scope_mappings", m.Name)
	}
	set(v, "preset", link.Value(s.Preset, ""))
	if s.Preset != nil && *s.Preset == "" {
		set(v, "preset", setup.NoPreset)
	}
	set(v, "email", string(s.Email))
	set(v, "authentik.public_url", s.AuthentikURL)
	set(v, "pocketbase.public_urls", strings.Join(s.PocketBaseURLs, "\n"))
	if s.Access != nil {
		fillFrom(v, link.AccessAttrs(), s.Access, &struct{}{})
	}
	return v
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

// fillFrom fills in the fields of a table: what the spec says of them, or what
// it comes to.
func fillFrom[W, S any](v url.Values, table []*link.Attr[W, S], want W, comes S) {
	for _, a := range table {
		text, wanted := a.Answer(comes), false
		if a.Ask.Given {
			text, wanted = a.Given(want)
		}
		switch {
		case a.Ask.Control == link.AskNothing:
		case a.Ask.Control == link.AskRule && !wanted:
			v.Set(a.Spec, setup.KeepRule)
		case a.Ask.Control == link.AskRule: // an empty one is a rule too
			v.Set(a.Spec, text)
		default:
			set(v, a.Spec, text)
		}
	}
}
