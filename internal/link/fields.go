package link

import "slices"

// The fields of objects as a diff sees them, by the keys of the two systems'
// own APIs, so that a preview can be compared with their documentation.

func (m *Mapping) values() []value { return values(MappingAttrs(), m, Features{}) }

func (k *KeyState) values() []value { return values(KeyAttrs(), k, Features{}) }

func (a *ApplicationState) values(f Features) []value { return values(ApplicationAttrs(), a, f) }

func (p *ProviderState) values(f Features) []value { return values(ProviderAttrs(), p, f) }

func (b *BindingState) values() []value {
	list := []value{{name: "target", of: ShowText(b.Application.Name)}, {name: b.Kind, of: ShowText(b.Target.Name)}}
	return append(list, values(BindingAttrs(), b, Features{})...)
}

func (p *PairState) values(f Features) []value {
	list := slices.Concat(prefixed("application.", p.Application.values(f)), prefixed("provider.", p.Provider.values(f)))
	for _, b := range p.Bindings {
		list = append(list, value{name: "binding." + b.Kind, of: ShowText(b.Target.Name)})
	}
	return list
}

func (p OAuth2Provider) values() []value {
	return prefixed(p.Slot+".", values(SlotAttrs(), &p, Features{}))
}

// prefixed names the fields of a part of a larger object.
func prefixed(prefix string, list []value) []value {
	for i := range list {
		list[i].name = prefix + list[i].name
	}
	return list
}

func redirectNames(list []RedirectURI) []string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.String()
	}
	return names
}

func refNames(list []Ref) []string {
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = refName(r)
	}
	return names
}

// refName falls back on the primary key, for what the token may not list has
// no name.
func refName(r Ref) string {
	if r.Name == "" {
		return r.ID
	}
	return r.Name
}
