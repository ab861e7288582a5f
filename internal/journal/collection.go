package journal

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"authpocket/internal/link"
)

// collectionEntry is an auth collection in the file. The entries of its OAuth2
// providers are kept as they were read.
type collectionEntry struct {
	link.CollectionState
	OAuth2 oauth2Entry            `json:"oauth2"`
	Fields []link.CollectionField `json:"fields"`
}

type oauth2Entry struct {
	link.OAuth2State
	Providers []slotEntry `json:"providers"` // in the order read
}

type slotEntry struct {
	link.OAuth2Provider
	AsRead asRead `json:"as_read"`
}

func packCollection(c *link.CollectionState) (any, []string) {
	var notKept []string
	slots := each(c.OAuth2.Providers, func(p link.OAuth2Provider) slotEntry {
		at := "oauth2.providers." + p.Slot
		raw, cut := withoutSecret(p.Raw)
		notKept = append(notKept, markSecret(at+".client_secret", p.ClientSecret)...)
		if cut {
			notKept = append(notKept, at+".as_read.clientSecret")
		}
		return slotEntry{OAuth2Provider: p, AsRead: raw}
	})
	return collectionEntry{CollectionState: *c, OAuth2: oauth2Entry{OAuth2State: c.OAuth2, Providers: slots},
		Fields: c.Fields}, notKept
}

func (e collectionEntry) state() link.CollectionState {
	c := e.CollectionState
	c.OAuth2, c.Fields = e.OAuth2.OAuth2State, e.Fields
	c.OAuth2.Providers = each(e.OAuth2.Providers, func(s slotEntry) link.OAuth2Provider {
		s.Raw = json.RawMessage(s.AsRead)
		return s.OAuth2Provider
	})
	return c
}

// asRead is an entry of oauth2.providers, byte for byte, as a JSON string: an
// undo sends it back unchanged.
type asRead []byte

func (a asRead) MarshalJSON() ([]byte, error) {
	switch {
	case a == nil:
		return []byte("null"), nil
	case utf8.Valid(a):
		return encodeJSON(string(a))
	default:
		return encodeJSON(struct {
			Base64 []byte `json:"base64"`
		}{a})
	}
}

func (a *asRead) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*a = nil
		return nil
	}
	if b[0] == '{' {
		var form struct {
			Base64 []byte `json:"base64"`
		}
		err := decodeJSON(b, &form)
		*a = form.Base64
		return err
	}
	var text string
	err := json.Unmarshal(b, &text)
	*a = asRead(text)
	return err
}

// withoutSecret cuts the client secret out of an entry of oauth2.providers.
// PocketBase leaves it out of all responses; this guards against a change.
func withoutSecret(raw json.RawMessage) (kept asRead, cut bool) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return asRead(raw), false
	}
	for key, value := range keys {
		empty := bytes.Equal(value, []byte(`""`)) || bytes.Equal(value, []byte("null"))
		if strings.EqualFold(key, "clientSecret") && !empty {
			delete(keys, key)
			cut = true
		}
	}
	if !cut {
		return asRead(raw), false
	}
	rest, err := encodeJSON(keys)
	if err != nil {
		return nil, true
	}
	return rest, true
}
