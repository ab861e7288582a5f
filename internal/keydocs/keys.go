package main

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/linkfile"
)

// key is a key of link files.
type key struct {
	linkfile.Key
	label string // empty for none
}

// section is a table of keys in the page.
type section struct {
	of   string
	keys []key
}

func sections() []section {
	const authentik, pocketbase = "authentik", "PocketBase"
	return []section{
		{"the connections", others(linkfile.ReachKeys()...)},
		{"the preset", others(linkfile.PresetKey())},
		{"the e-mail decision", others(linkfile.EmailKey())},
		{authentik, slices.Concat(fields(link.ApplicationAttrs(), authentik), fields(link.ProviderAttrs(), authentik),
			fields(link.GroupsClaimAttrs(), authentik),
			fields(link.AccessAttrs(), authentik))},
		{"what is there already", others(linkfile.ExistingKey())},
		{pocketbase, slices.Concat(fields(link.PlaceAttrs(), pocketbase), fields(link.SlotAttrs(), pocketbase),
			fields(link.OAuth2Attrs(), pocketbase), fields(link.SettingsAttrs(), pocketbase),
			fields(link.RuleAttrs(), pocketbase), fields(link.MethodAttrs(), pocketbase),
			fields(link.GroupAttrs(), pocketbase))},
	}
}

func others(list ...linkfile.Key) []key {
	return link.Each(list, func(k linkfile.Key) key { return key{Key: k} })
}

// fields returns the keys of a table that are documented.
func fields[W, S any](table []*link.Attr[W, S], system string) []key {
	var keys []key
	for _, a := range table {
		if what, fallback := what(a.Meta, system), fallback(a.Meta); a.Chosen() && what+fallback != "" {
			one := linkfile.Key{Path: a.Spec, What: what, Default: fallback, Values: a.Values}
			keys = append(keys, key{one, string(a.Label)})
		}
	}
	return keys
}

func what(m *link.Meta, system string) string {
	what := m.Doc.What
	if what == "" && len(m.Values) > 0 {
		values := link.Each(m.Values, func(v string) string { return "`" + v + "`" })
		last := len(values) - 1
		what = strings.Join(values[:last], ", ") + " or " + values[last]
	}
	if m.Since != "" {
		what += " (" + system + " " + m.Since + ")"
	}
	return what
}

func fallback(m *link.Meta) string {
	if m.Doc.Default == "" && m.Default != "" {
		return "`" + m.Default + "`"
	}
	return m.Doc.Default
}
