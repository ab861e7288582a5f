package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"authpocket/internal/link"
)

// packed is an object's state in the file.
type packed struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
	// NotKept names the secrets that were left out.
	NotKept []string `json:"not_kept"`
}

// objects returns an empty object of each type, by the type's name in the file.
func objects() map[string]link.Object {
	return map[string]link.Object{
		"scope mapping": new(link.Mapping), "signing key": new(link.KeyState), "pair": new(link.PairState),
		"provider": new(link.ProviderState), "application": new(link.ApplicationState),
		"binding": new(link.BindingState), "collection": new(link.CollectionState),
		"settings": new(link.SettingsState), "test person": new(link.PersonState),
		"test account": new(link.AccountState), "tokens": new(link.SessionState),
	}
}

// unpack is the inverse of pack. Secrets that were left out are not set.
func unpack(p *packed) (link.Object, error) {
	if p == nil {
		return nil, nil
	}
	state, known := objects()[p.Type]
	if !known {
		return nil, fmt.Errorf("reading a state: there is no type %q", p.Type)
	}
	if err := read(p.Value, state); err != nil {
		return nil, fmt.Errorf("reading a state of the type %q: %w", p.Type, err)
	}
	return state, nil
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

func (p *packed) notKept() []string {
	if p == nil {
		return nil
	}
	return p.NotKept
}

// pack returns the form of a state in the file, nil for nil.
func pack(state link.Object) (*packed, error) {
	if state == nil || reflect.ValueOf(state).IsNil() {
		return nil, nil
	}
	var p packed
	for name, o := range objects() {
		if reflect.TypeOf(o) == reflect.TypeOf(state) {
			p.Type = name
		}
	}
	value := any(state)
	switch s := state.(type) {
	case *link.ProviderState:
		p.NotKept = markSecret("client_secret", s.ClientSecret)
	case *link.PairState:
		p.NotKept = markSecret("provider.client_secret", s.Provider.ClientSecret)
	case *link.PersonState:
		p.NotKept = markSecret("password", s.Password)
	case *link.CollectionState:
		value, p.NotKept = packCollection(s)
	}
	var err error
	p.Value, err = encodeJSON(value)
	return &p, err
}
