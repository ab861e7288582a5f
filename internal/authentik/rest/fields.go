package rest

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// Differing returns the names whose values differ. Keys that the response lacks are skipped: the server lacks
// the feature.
func Differing(names []string, want, got Fields, answered Object) []string {
	var differs []string
	for _, name := range names {
		if answered.Has(name) && !same(want[name], got[name]) {
			differs = append(differs, name)
		}
	}
	return differs
}

func same(a, b any) bool {
	listA, okA := a.([]string)
	listB, okB := b.([]string)
	if okA && okB {
		return slices.Equal(listA, listB)
	}
	textA, okA := a.(string)
	textB, okB := b.(string)
	if okA && okB { // authentik trims texts
		return strings.TrimSpace(textA) == strings.TrimSpace(textB)
	}
	return a == b
}

// FieldOf returns the label for the keys of a validation error about an object, and the path in the spec of the
// field; empty for none.
func FieldOf(kind link.Kind, path []string) (label, specPath string) {
	if kind == link.KindPair && len(path) > 0 {
		kind = map[string]link.Kind{"app": link.KindApplication, "provider": link.KindProvider,
			"policy_bindings": link.KindBinding}[path[0]]
		path = path[1:]
	}
	switch {
	case kind == link.KindKey:
		specPath = "provider.signing_key"
	case len(path) == 0:
	case kind == link.KindBinding:
		specPath = AccessField(path[len(path)-1])
	case kind == link.KindApplication:
		a, _ := link.Named(link.ApplicationAttrs(), path[0])
		specPath = a.Spec
	case kind == link.KindProvider:
		a, _ := link.Named(link.ProviderAttrs(), path[0])
		specPath = a.Spec
	}
	return strings.ReplaceAll(strings.Join(path, " "), "_", " "), specPath
}

// AccessField returns the path in the spec for a kind of binding, empty for any other text.
func AccessField(kind string) string {
	return map[string]string{"group": "access.groups", "user": "access.users", "policy": "access.policies"}[kind]
}
