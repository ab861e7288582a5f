package journal

import (
	"bytes"
	"encoding/json"
	"errors"
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

// pack returns the form of a state in the file, nil for nil.
func pack(state link.Object) (*packed, error) {
	var p packer
	link.Visit(state, &p)
	return p.packed, p.err
}

// unpack is the inverse of pack. Secrets that were left out are not set.
func unpack(p *packed) (link.Object, error) {
	if p == nil {
		return nil, nil
	}
	for _, state := range link.Objects() {
		if typeOf(state) != p.Type {
			continue
		}
		if err := read(p.Value, state); err != nil {
			return nil, fmt.Errorf("reading a state of the type %q: %w", p.Type, err)
		}
		return state, nil
	}
	return nil, fmt.Errorf("reading a state: there is no type %q", p.Type)
}

func read(value json.RawMessage, state link.Object) error {
	if bytes.Equal(value, []byte("null")) {
		return errors.New("it is null")
	}
	if c := link.As[link.CollectionState](state); c != nil {
		var entry collectionEntry
		err := decodeJSON(value, &entry)
		*c = entry.state()
		return err
	}
	return decodeJSON(value, state)
}

// packer packs objects by their types.
type packer struct {
	packed *packed
	err    error
}

func typeOf(state link.Object) string {
	var p packer
	link.Visit(state, &p)
	if p.packed == nil {
		return ""
	}
	return p.packed.Type
}

func put[S any](p *packer, name string, state *S, form func(S) (value any, notKept []string)) {
	if state == nil {
		return
	}
	value, notKept := form(*state)
	p.packed = &packed{Type: name, NotKept: notKept}
	p.packed.Value, p.err = encodeJSON(value)
}

// plain packs states without secrets.
func plain[S any](s S) (any, []string) { return s, nil }

func (p *packer) Mapping(e link.Edit[link.Mapping]) { put(p, "scope mapping", e.After, plain) }

func (p *packer) Key(e link.Edit[link.KeyState]) { put(p, "signing key", e.After, plain) }

func (p *packer) Application(e link.Edit[link.ApplicationState]) {
	put(p, "application", e.After, plain)
}

func (p *packer) Binding(e link.Edit[link.BindingState]) { put(p, "binding", e.After, plain) }

func (p *packer) Settings(e link.Edit[link.SettingsState]) { put(p, "settings", e.After, plain) }

func (p *packer) Provider(e link.Edit[link.ProviderState]) {
	put(p, "provider", e.After, func(s link.ProviderState) (any, []string) {
		return s,
			markSecret("client_secret", s.ClientSecret)
	})
}

func (p *packer) Pair(e link.Edit[link.PairState]) {
	put(p, "pair", e.After, func(s link.PairState) (any, []string) {
		return s, markSecret("provider.client_secret", s.Provider.ClientSecret)
	})
}

func (p *packer) Collection(e link.Edit[link.CollectionState]) {
	put(p, "collection", e.After, packCollection)
}

func (p *packed) notKept() []string {
	if p == nil {
		return nil
	}
	return p.NotKept
}

// markSecret returns the name of a secret that is set, and so left out.
func markSecret(name string, t secret.Text) []string {
	if t.IsSet() {
		return []string{name}
	}
	return nil
}

// each converts a list. The result for nil is nil.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	out := make([]B, len(list))
	for i, one := range list {
		out[i] = convert(one)
	}
	return out
}
