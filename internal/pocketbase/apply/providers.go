package apply

import (
	"encoding/json"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// intent is what a change does to the providers of a collection.
//
// PocketBase merges the providers it receives into those it has: by index up to 0.39, not at all in 0.40.0, by name
// since 0.40.1. The array that build returns means the same to all three: it keeps the order read, repeats untouched
// providers exactly as read, and sets every key of those it writes, so that they inherit nothing from another element.
type intent struct {
	write  []string // slots, new ones last, in the order of After
	remove []string
	after  []link.OAuth2Provider // with the secrets to write
}

// element is one provider in the array to send.
type element struct {
	slot    string
	written bool // has every key and its secret
	raw     json.RawMessage
}

// intentOf returns what a change does. It writes a provider if the change names one of its fields, or if it is new.
func intentOf(ch *link.Change, before, after link.OAuth2State) (intent, *report.Fault) {
	in := intent{after: after.Providers}
	for _, p := range after.Providers {
		named := slices.ContainsFunc(ch.Fields, func(f link.Field) bool {
			return strings.HasPrefix(f.Name, p.Slot+
				".")
		})
		if !named && rest.FindProvider(before.Providers, p.Slot) != nil {
			continue
		}
		if !p.ClientSecret.IsSet() {
			return in, rest.Bug(say.Of("The change writes the provider %s but has no client secret for it.", p.Slot))
		}
		in.write = append(in.write, p.Slot)
	}
	for _, p := range before.Providers {
		if rest.FindProvider(after.Providers, p.Slot) == nil {
			in.remove = append(in.remove, p.Slot)
		}
	}
	return in, nil
}

// touches reports whether the change affects any provider.
func (in intent) touches() bool { return len(in.write)+len(in.remove) > 0 }

// expect returns the providers as they read back after the change.
func (in intent) expect(now []link.OAuth2Provider) []link.OAuth2Provider {
	var list []link.OAuth2Provider
	for _, p := range now {
		switch {
		case slices.Contains(in.remove, p.Slot):
		case slices.Contains(in.write, p.Slot):
			list = append(list, in.wanted(p.Slot))
		default:
			list = append(list, p)
		}
	}
	for _, slot := range in.write {
		if rest.FindProvider(now, slot) == nil {
			list = append(list, in.wanted(slot))
		}
	}
	return list
}

func (in intent) wanted(slot string) link.OAuth2Provider {
	p := *rest.FindProvider(in.after, slot)
	p.Raw = nil
	return p
}

// build returns the array to send to a server that has the providers now. needed lists the slots whose client secrets
// it would need to avoid moving secrets from one provider to another.
func (in intent) build(now []link.OAuth2Provider, r rest.Release) (list []element, needed []string) {
	shifted := false
	put := func(slot string, own *link.OAuth2Provider) {
		var beneath *link.OAuth2Provider
		if len(list) < len(now) {
			beneath = &now[len(list)]
		}
		p := *rest.FindProvider(in.after, slot)
		list = append(list, element{slot: slot, written: true, raw: explicit(p, own, beneath)})
	}
	for i := range now {
		p := &now[i]
		wanted := rest.FindProvider(in.after, p.Slot)
		switch {
		case slices.Contains(in.remove, p.Slot):
			shifted = true
		case slices.Contains(in.write, p.Slot):
			put(p.Slot, p)
		case !shifted || r.Since(rest.MergesByName):
			list = append(list, element{slot: p.Slot, raw: p.Raw})
		case wanted != nil && wanted.ClientSecret.IsSet():
			put(p.Slot, p)
		default:
			needed = append(needed, p.Slot)
		}
	}
	for _, slot := range in.write {
		if rest.FindProvider(now, slot) == nil {
			put(slot, nil)
		}
	}
	return list, needed
}

// explicit returns an element with every key set. own is its current state, nil if it is new. beneath is the provider
// at the index it will take, which matters to servers that merge by index.
func explicit(p link.OAuth2Provider, own, beneath *link.OAuth2Provider) json.RawMessage {
	keys := map[string]any{}
	if own != nil {
		for key, value := range rest.ReadExtra(own.Raw) { // keys of newer versions
			keys[key] = value
		}
	}
	keys["name"] = p.Slot
	keys["clientSecret"] = p.ClientSecret.Reveal()
	for _, a := range link.SlotAttrs() {
		if a.Held() && !strings.HasPrefix(a.Key, rest.ExtraPrefix) {
			keys[a.Key] = a.Plain(&p)
		}
	}
	keys["extra"] = explicitExtra(p, own, beneath)
	raw, err := json.Marshal(keys)
	if err != nil {
		panic(err) // cannot happen: strings, booleans and JSON that was decoded
	}
	return raw
}

// explicitExtra returns every key that the element has, had, or would inherit. It returns nil, which clears them, only
// for elements without any: the dashboard takes null for "user info from the user info URL".
func explicitExtra(p link.OAuth2Provider, own, beneath *link.OAuth2Provider) map[string]any {
	extra := map[string]any{}
	if own != nil {
		for key, value := range rest.ReadExtra(rawExtra(own)) {
			extra[key] = value
		}
	}
	openID := slices.Contains(link.Slots(), p.Slot)
	for key, a := range extras() {
		delete(extra, key)
		if openID && p.IDTokenMode() || p.JWKSURL != "" || len(p.Issuers) > 0 {
			extra[key] = a.Plain(&p)
		}
	}
	if len(extra) == 0 {
		return nil
	}
	for _, other := range []*link.OAuth2Provider{own, beneath} {
		if other == nil {
			continue
		}
		for key := range rest.ReadExtra(rawExtra(other)) {
			if _, ok := extra[key]; !ok {
				extra[key] = blankOf(key)
			}
		}
	}
	return extra
}

func rawExtra(p *link.OAuth2Provider) json.RawMessage { return rest.ReadExtra(p.Raw)["extra"] }

// blankOf returns the value that clears a key.
func blankOf(key string) any {
	if a, known := extras()[key]; known {
		return a.Plain(&link.OAuth2Provider{})
	}
	return nil
}

// extras returns the extra options that a link has a field for, by key.
func extras() map[string]*link.Attr[*link.PocketBase, *link.OAuth2Provider] {
	list := map[string]*link.Attr[*link.PocketBase, *link.OAuth2Provider]{}
	for _, a := range link.SlotAttrs() {
		if key, extra := strings.CutPrefix(a.Key, rest.ExtraPrefix); extra {
			list[key] = a
		}
	}
	return list
}
