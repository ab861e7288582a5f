package export

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/link"
)

// listPath returns the path to read one collection through the list endpoint:
// reading it directly makes PocketBase before 0.36.8 lose client secrets.
func listPath(c link.CollectionState) string {
	key, value, fields := "id", c.ID, "id,updated"
	if value == "" {
		key, value = "name", c.Name
		if c.Updated == "" {
			fields = "id,oauth2"
		}
	}
	query := url.Values{"filter": {key + `="` + strings.NewReplacer(`"`, "", `\`, "").Replace(value) + `"`},
		"fields": {fields}}
	return "/api/collections?" + query.Encode()
}

func (s *scripter) collection(c link.Change, after link.CollectionState) error {
	s.collects = true
	id := after.ID
	if id == "" {
		id = after.Name
	}
	body := object{}
	if c.Kind == link.KindRules {
		body = changedOf(c, link.RuleAttrs(), &after)
	} else {
		oauth2, err := s.oauth2(c, after)
		if err != nil {
			return err
		}
		body.add("oauth2", oauth2)
	}
	return s.call(link.PB, "PATCH", "/api/collections/"+url.PathEscape(id), body)
}

// oauth2 returns the members that the change names. If it changes the slot, all
// providers follow in the order read: PocketBase deletes missing ones, and up to
// 0.39 keeps secrets by position.
func (s *scripter) oauth2(c link.Change, after link.CollectionState) (object, error) {
	o := append(object{}, changedOf(c, link.OAuth2Attrs(), &after.OAuth2)...)
	if !touchesSlot(c, s.d.Slot.Slot) {
		return o, nil
	}
	if !after.OAuth2.Enabled && len(after.OAuth2.Providers) > 1 {
		return nil, link.Problems{{Field: "pocketbase.enabled",
			Summary: "A shell script cannot tell PocketBase 0.40.0 from others, and that one drops the client " +
				"secrets of other providers when OAuth2 is off.",
			Todo: "Turn OAuth2 on along with this change, or make it with authpocket."}}
	}
	list, err := s.providers(c, after.OAuth2.Providers)
	o.add("providers", list)
	return o, err
}

func (s *scripter) providers(c link.Change, all []link.OAuth2Provider) ([]any, error) {
	s.secret = true
	list := make([]any, len(all))
	for i, p := range all {
		if p.Slot != s.d.Slot.Slot {
			raw, err := withoutSecret(p)
			if err != nil {
				return nil, err
			}
			list[i] = raw
			continue
		}
		own, err := s.ownProvider(c, p)
		if err != nil {
			return nil, err
		}
		list[i] = own
	}
	return list, nil
}

// withoutSecret returns another provider as it was read. PocketBase does not show
// secrets; this makes sure of it.
func withoutSecret(p link.OAuth2Provider) (json.RawMessage, error) {
	keys, err := members(p.Raw)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		keys = map[string]json.RawMessage{"name": json.RawMessage(jsonText(p.Slot))}
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("writing the provider %s: %w", p.Slot, err)
	}
	return raw, nil
}

// members returns the members of a provider as it was read, without its secret.
func members(raw json.RawMessage) (map[string]json.RawMessage, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, fmt.Errorf("reading a provider that PocketBase sent: %w", err)
	}
	for key := range keys {
		if strings.EqualFold(key, "clientSecret") {
			delete(keys, key)
		}
	}
	return keys, nil
}

// ownProvider returns the slot's provider with every key set, so that PocketBase
// takes nothing from another provider.
func (s *scripter) ownProvider(c link.Change, p link.OAuth2Provider) (object, error) {
	was := &link.OAuth2Provider{}
	if before := link.As[link.CollectionState](c.Before); before != nil {
		if there := slotOf(*before, p.Slot); there != nil {
			was = there
		}
	}
	keys, err := members(was.Raw)
	if err != nil {
		return nil, err
	}
	o := migrationProvider(p)
	for i := range o {
		if o[i].key == "extra" {
			if o[i].value, err = wholeExtra(o[i].value, keys["extra"]); err != nil {
				return nil, err
			}
		}
		delete(keys, o[i].key)
	}
	o.add("clientSecret", varSecret)
	for _, key := range sortedKeys(keys) { // keys of later versions
		o.add(key, keys[key])
	}
	return o, nil
}

// wholeExtra keeps foreign options and clears our own that are no longer wanted.
// null clears all of them.
func wholeExtra(wanted any, was json.RawMessage) (any, error) {
	there, err := members(was)
	if err != nil {
		return nil, err
	}
	ours := extraOf(link.OAuth2Provider{})
	had := false
	for _, m := range ours {
		_, found := there[m.key]
		had = had || found
		delete(there, m.key)
	}
	if len(there) == 0 {
		return wanted, nil
	}
	o, ok := wanted.(object)
	if !ok && had {
		o = ours
	}
	o = slices.Clone(o)
	for _, key := range sortedKeys(there) {
		o.add(key, there[key])
	}
	return o, nil
}

func sortedKeys(m map[string]json.RawMessage) []string { return slices.Sorted(maps.Keys(m)) }
