package rest

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// Differing returns the names whose values differ. Keys that the response lacks are skipped: the server lacks
// the feature or hides the value.
func Differing(names []string, want, got Fields, answered Object) []string {
	var differs []string
	for _, name := range names {
		hidden := !answered.Has(name) || name == "client_secret" && got[name] == ""
		if !hidden && !same(want[name], got[name]) {
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

// Part is the kind of object that an error response is about.
type Part string

// The kinds of object.
const (
	PartApplication Part = "application"
	PartProvider    Part = "provider"
	PartBinding     Part = "access"
	PartMapping     Part = "email"
	PartKey         Part = "key"
	PartPair        Part = "pair"
)

// FieldOf returns the label for the keys of a validation error, and the path in the spec of the field; empty
// for none.
func FieldOf(p Part, path []string) (label, specPath string) {
	if p == PartPair && len(path) > 0 {
		p = map[string]Part{"app": PartApplication, "provider": PartProvider, "policy_bindings": PartBinding}[path[0]]
		path = path[1:]
	}
	switch {
	case p == PartMapping:
		specPath = "email"
	case p == PartKey:
		specPath = "provider.signing_key"
	case p == PartBinding && len(path) > 0:
		specPath = map[string]string{"group": "access.groups", "user": "access.users",
			"policy": "access.policies"}[path[len(path)-1]]
	case len(path) > 0:
		specPath = specPathOf(p, path[0])
	}
	return strings.ReplaceAll(strings.Join(path, " "), "_", " "), specPath
}

// specPathOf returns the path in the spec for one of authentik's keys, empty if no spec sets it.
func specPathOf(p Part, key string) string {
	switch p {
	case PartApplication:
		a, _ := link.Named(link.ApplicationAttrs(), key)
		return a.Spec
	case PartProvider:
		a, _ := link.Named(link.ProviderAttrs(), key)
		return a.Spec
	}
	return ""
}
