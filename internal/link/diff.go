package link

import (
	"slices"
)

// Diff returns the fields in which after differs from before. A field that only one of them has is listed if it
// is not empty.
func Diff(before, after []FieldValue) []Field {
	var fields []Field
	in := func(list []FieldValue, name string) *FieldValue {
		return Find(list, func(v FieldValue) bool { return v.Name == name })
	}
	for _, a := range after {
		b := in(before, a.Name)
		if (b != nil && equal(*b, a)) || (b == nil && a.Of.blank() && !a.always) {
			continue
		}
		f := Field{Name: a.Name, After: a.Of, Sensitive: a.sensitive, Place: a.place}
		f.Default = b == nil && a.usual
		f.Usual = f.Default
		if b != nil {
			f.Before = b.Of
		}
		if a.sensitive && f.Before.Equal(f.After) {
			f.After = ShowMask(MaskedNew)
		}
		fields = append(fields, f)
	}
	for _, b := range before {
		if in(after, b.Name) == nil && !b.Of.blank() {
			fields = append(fields, Field{Name: b.Name, Before: b.Of, Sensitive: b.sensitive, Place: b.place,
				Default: b.usual, Usual: b.usual})
		}
	}
	return fields
}

func equal(a, b FieldValue) bool {
	switch {
	case a.sensitive:
		return a.secret.Equal(b.secret)
	case a.Unordered:
		return a.Of.Sorted().Equal(b.Of.Sorted())
	}
	return a.Of.Equal(b.Of)
}

// Values returns the mapping's fields for a diff. Like all Values methods it names fields by the keys of the system's
// API, so that a preview can be compared with its documentation.
func (m *Mapping) Values() []FieldValue { return Values(MappingAttrs(), m, Features{}) }

// Values returns the key's fields for a diff.
func (k *KeyState) Values() []FieldValue { return Values(KeyAttrs(), k, Features{}) }

// Values returns the application's fields for a diff.
func (a *ApplicationState) Values(f Features) []FieldValue { return Values(ApplicationAttrs(), a, f) }

// Values returns the provider's fields for a diff.
func (p *ProviderState) Values(f Features) []FieldValue { return Values(ProviderAttrs(), p, f) }

// Values returns the binding's fields for a diff.
func (b *BindingState) Values() []FieldValue {
	list := []FieldValue{{Name: "target", Of: ShowText(b.Application.Name)},
		{Name: b.Kind, Of: ShowText(b.Target.Name)}}
	return append(list, Values(BindingAttrs(), b, Features{})...)
}

// Values returns the fields of application, provider and bindings for a diff.
func (p *PairState) Values(f Features) []FieldValue {
	list := slices.Concat(prefixed("application.", p.Application.Values(f)),
		prefixed("provider.", p.Provider.Values(f)))
	for _, b := range p.Bindings {
		list = append(list, FieldValue{Name: "binding." + b.Kind, Of: ShowText(b.Target.Name)})
	}
	return list
}
