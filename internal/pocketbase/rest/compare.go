package rest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// FindProvider returns the provider in the slot, or nil.
func FindProvider(list []link.OAuth2Provider, slot string) *link.OAuth2Provider {
	return link.Find(list, func(p link.OAuth2Provider) bool { return p.Slot == slot })
}

// Differences describes the visible differences between two oauth2 objects. Client secrets are never visible.
func Differences(a, b link.OAuth2State) []say.Text {
	return append(OptionDifferences(a, b), listDifferences(a.Providers, b.Providers)...)
}

// OptionDifferences describes the differences outside the providers.
func OptionDifferences(a, b link.OAuth2State) []say.Text {
	var list []say.Text
	for _, one := range link.OAuth2Attrs() {
		switch {
		case one.Same(&a, &b):
		case one.Claim != "":
			list = append(list, say.Of("the field mapped to %s", one.Called().Text()))
		default:
			list = append(list, one.Words())
		}
	}
	return list
}

func listDifferences(a, b []link.OAuth2Provider) []say.Text {
	var list []say.Text
	for _, one := range a {
		other := FindProvider(b, one.Slot)
		if other == nil {
			list = append(list, say.Of("the provider %s, which is gone", one.Slot))
			continue
		}
		if labels := ProviderDifferences(one, *other); len(labels) > 0 {
			list = append(list, say.Of("%s of the provider %s", say.List(labels...), one.Slot))
		}
	}
	for _, one := range b {
		if FindProvider(a, one.Slot) == nil {
			list = append(list, say.Of("the provider %s, which is new", one.Slot))
		}
	}
	sameOrder := slices.EqualFunc(a, b, func(x, y link.OAuth2Provider) bool { return x.Slot == y.Slot })
	if len(list) == 0 && !sameOrder {
		list = append(list, say.Of("the order of the providers"))
	}
	return list
}

// ProviderDifferences returns the dashboard's labels of the fields in which two providers differ.
func ProviderDifferences(a, b link.OAuth2Provider) []say.Text {
	var labels []say.Text
	for _, one := range link.SlotAttrs() {
		if one.Held() && !one.Same(&a, &b) {
			labels = append(labels, one.Called().Text())
		}
	}
	if a.Raw != nil && b.Raw != nil && !reflect.DeepEqual(otherKeys(a.Raw), otherKeys(b.Raw)) {
		labels = append(labels, say.Of("other options"))
	}
	return labels
}

// ProviderLabel returns the dashboard's label of a provider's field.
func ProviderLabel(key string) say.Text {
	switch a, known := link.Named(link.SlotAttrs(), key); {
	case known:
		return a.Called().Text()
	case key == "name":
		return say.Of("Slot")
	case key == "clientSecret":
		return say.Of("Client secret")
	}
	return say.Raw(key)
}

// known reports whether OAuth2Provider has a field for the key.
func known(key string) bool {
	_, found := link.Named(link.SlotAttrs(), key)
	return found || key == "name" || key == "clientSecret" || key == "extra"
}

// otherKeys returns the values that OAuth2Provider has no field for. It leaves out blank ones: null and {} mean the
// same.
func otherKeys(raw json.RawMessage) map[string]any {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(raw, &keys)
	other := map[string]any{}
	for key, value := range keys {
		if !known(key) && !blank(value) {
			other[key] = anyOf(value)
		}
	}
	for key, value := range ReadExtra(keys["extra"]) {
		if !known(ExtraPrefix+key) && !blank(value) {
			other["extra."+key] = anyOf(value)
		}
	}
	return other
}

func anyOf(raw json.RawMessage) (v any) {
	_ = json.Unmarshal(raw, &v)
	return v
}

// blank reports whether a value means the same as a missing one.
func blank(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}
