package journal

import (
	"encoding/json"
	"fmt"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// packed is an object's state in the file.
type packed struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
	// NotKept names the secrets that were left out.
	NotKept []string `json:"not_kept"`
}

// shape is one type of state: how it goes into its form and comes out again.
type shape struct {
	name   string
	pack   func(state any) (form any, notKept []string, fits bool)
	unpack func(json.RawMessage) (any, error)
}

// shapes are the types that link.Change says Before and After are of.
func shapes() []shape {
	return []shape{
		shapeOf("scope mapping", plain(func(m link.Mapping) mappingForm { return mappingForm(m) }),
			func(f mappingForm) link.Mapping { return link.Mapping(f) }),
		shapeOf("signing key", plain(func(k link.KeyState) keyForm { return keyForm(k) }),
			func(f keyForm) link.KeyState { return link.KeyState(f) }),
		shapeOf("application", plain(func(a link.ApplicationState) applicationForm { return applicationForm(a) }),
			func(f applicationForm) link.ApplicationState { return link.ApplicationState(f) }),
		shapeOf("binding", plain(func(b link.BindingState) bindingForm { return bindingForm(b) }),
			func(f bindingForm) link.BindingState { return link.BindingState(f) }),
		shapeOf("settings", plain(func(s link.SettingsState) settingsForm { return settingsForm(s) }),
			func(f settingsForm) link.SettingsState { return link.SettingsState(f) }),
		shapeOf("provider", packProvider, func(f providerForm) link.ProviderState { return link.ProviderState(f) }),
		shapeOf("pair", packPair, unpackPair),
		shapeOf("collection", packCollection, unpackCollection),
	}
}

func shapeOf[S, F any](name string, to func(S) (F, []string), from func(F) S) shape {
	return shape{
		name: name,
		pack: func(state any) (any, []string, bool) {
			s, fits := state.(*S)
			if !fits || s == nil {
				return nil, nil, fits
			}
			form, notKept := to(*s)
			return form, notKept, true
		},
		unpack: func(raw json.RawMessage) (any, error) {
			var form *F
			if err := decodeJSON(raw, &form); err != nil {
				return nil, err
			}
			if form == nil {
				return nil, fmt.Errorf("it is null")
			}
			s := from(*form)
			return &s, nil
		},
	}
}

// plain is for states that have no secret.
func plain[S, F any](to func(S) F) func(S) (F, []string) {
	return func(s S) (F, []string) { return to(s), nil }
}

// pack puts a state into its form, nil into nil. A type that it does not know
// is an error and never left out in silence.
func pack(state any) (*packed, error) {
	if state == nil {
		return nil, nil
	}
	for _, one := range shapes() {
		form, notKept, fits := one.pack(state)
		if !fits {
			continue
		}
		if form == nil { // a nil pointer of its type
			return nil, nil
		}
		value, err := encodeJSON(form)
		return &packed{Type: one.name, Value: value, NotKept: notKept}, err
	}
	return nil, fmt.Errorf("writing a state: a receipt cannot hold a %T", state)
}

// unpack is pack's inverse. The secrets that were left out are not set.
func unpack(p *packed) (any, error) {
	if p == nil {
		return nil, nil
	}
	for _, one := range shapes() {
		if one.name != p.Type {
			continue
		}
		state, err := one.unpack(p.Value)
		if err != nil {
			return nil, fmt.Errorf("reading a state of the type %q: %w", p.Type, err)
		}
		return state, nil
	}
	return nil, fmt.Errorf("reading a state: there is no type %q", p.Type)
}

func (p *packed) notKept() []string {
	if p == nil {
		return nil
	}
	return p.NotKept
}

func packProvider(p link.ProviderState) (providerForm, []string) {
	return providerForm(p), markSecret("client_secret", p.ClientSecret)
}

func packPair(p link.PairState) (pairForm, []string) {
	return pairForm{
		Application: applicationForm(p.Application),
		Provider:    providerForm(p.Provider),
		Bindings:    each(p.Bindings, func(b link.BindingState) bindingForm { return bindingForm(b) }),
	}, markSecret("provider.client_secret", p.Provider.ClientSecret)
}

func unpackPair(f pairForm) link.PairState {
	return link.PairState{
		Application: link.ApplicationState(f.Application),
		Provider:    link.ProviderState(f.Provider),
		Bindings:    each(f.Bindings, func(b bindingForm) link.BindingState { return link.BindingState(b) }),
	}
}

// markSecret names a secret that is set and not kept.
func markSecret(name string, t secret.Text) []string {
	if t.IsSet() {
		return []string{name}
	}
	return nil
}
