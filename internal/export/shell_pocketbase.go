package export

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// listPath returns the path to read one collection through the list endpoint:
// reading it directly makes PocketBase before 0.36.8 lose client secrets.
func listPath(c *link.CollectionState) string {
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

// Collection writes the call for the OAuth2 options or the rules of a collection.
func (s *scripter) Collection(e link.Edit[link.CollectionState]) {
	s.collects = true
	body := object{}
	if table := link.FlatAttrs(e.Kind); table != nil {
		body = changedOf(*e.Change, table, e.After)
	} else {
		body.add("oauth2", s.oauth2(e))
	}
	s.call(report.PB, "PATCH", "/api/collections/"+url.PathEscape(cmp.Or(e.After.ID, e.After.Name)), body)
}

// oauth2 returns the members that the change names. If it changes the slot, all
// providers follow in the order read: PocketBase deletes missing ones, and up to
// 0.39 keeps secrets by position.
func (s *scripter) oauth2(e link.Edit[link.CollectionState]) object {
	after := e.After.OAuth2
	o := append(object{}, changedOf(*e.Change, link.OAuth2Attrs(), &after)...)
	if !touchesSlot(e.Change, s.d.Slot.Slot) {
		return o
	}
	if !after.Enabled && len(after.Providers) > 1 {
		s.fail(report.Problems{{Field: "pocketbase.enabled",
			Summary: say.Of("A shell script cannot tell PocketBase 0.40.0 from others, and that one drops the client " +
				"secrets of other providers when OAuth2 is off."),
			Todo: say.Of("Turn OAuth2 on along with this change, or make it with authpocket.")}})
	}
	s.secret = true
	list := make([]any, len(after.Providers))
	for i, p := range after.Providers {
		if p.Slot == s.d.Slot.Slot {
			list[i] = s.ownProvider(e.Before, &p)
		} else {
			list[i] = s.withoutSecret(&p)
		}
	}
	o.add("providers", list)
	return o
}

// withoutSecret returns another provider as it was read. PocketBase does not show
// secrets; this makes sure of it.
func (s *scripter) withoutSecret(p *link.OAuth2Provider) json.RawMessage {
	keys := s.members(p.Raw)
	if len(keys) == 0 {
		keys = map[string]json.RawMessage{"name": json.RawMessage(jsonText(p.Slot))}
	}
	raw, err := json.Marshal(keys)
	if err != nil {
		s.fail(fmt.Errorf("writing the provider %s: %w", p.Slot, err))
	}
	return raw
}

// members returns the members of a provider as it was read, without its secret.
func (s *scripter) members(raw json.RawMessage) map[string]json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		s.fail(fmt.Errorf("reading a provider that PocketBase sent: %w", err))
	}
	maps.DeleteFunc(keys, func(key string, _ json.RawMessage) bool { return strings.EqualFold(key, "clientSecret") })
	return keys
}

// ownProvider returns the slot's provider with every key set, so that PocketBase
// takes nothing from another provider.
func (s *scripter) ownProvider(before *link.CollectionState, p *link.OAuth2Provider) object {
	var keys map[string]json.RawMessage
	if before != nil {
		if was := slotOf(before, p.Slot); was != nil {
			keys = s.members(was.Raw)
		}
	}
	o := migrationProvider(*p)
	for i := range o {
		if o[i].key == "extra" {
			o[i].value = s.wholeExtra(o[i].value, keys["extra"])
		}
		delete(keys, o[i].key)
	}
	o.add("clientSecret", varSecret)
	for _, key := range sortedKeys(keys) { // keys of later versions
		o.add(key, keys[key])
	}
	return o
}

// wholeExtra keeps foreign options and clears our own that are no longer wanted.
// null clears all of them.
func (s *scripter) wholeExtra(wanted any, was json.RawMessage) any {
	there := s.members(was)
	ours := extraOf(link.OAuth2Provider{})
	had := false
	for _, m := range ours {
		_, found := there[m.key]
		had = had || found
		delete(there, m.key)
	}
	if len(there) == 0 {
		return wanted
	}
	o, ok := wanted.(object)
	if !ok && had {
		o = ours
	}
	o = slices.Clone(o)
	for _, key := range sortedKeys(there) {
		o.add(key, there[key])
	}
	return o
}

func sortedKeys(m map[string]json.RawMessage) []string { return slices.Sorted(maps.Keys(m)) }
