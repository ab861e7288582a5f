package rest

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// Differing lists the names whose values differ. A key that the answer does
// not have cannot be compared: the server lacks the feature, or hides the
// value.
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
	if okA && okB { // authentik trims what it is sent
		return strings.TrimSpace(textA) == strings.TrimSpace(textB)
	}
	return a == b
}

// Part is the kind of object that the keys of a refusal are keys of.
type Part string

const (
	PartApplication Part = "application"
	PartProvider    Part = "provider"
	PartBinding     Part = "access"
	PartMapping     Part = "email"
	PartKey         Part = "key"
	PartPair        Part = "pair"
)

// FieldOf gives the words for the keys of a complaint, and the spec's path of
// the field they mean; empty where there is none.
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

// specPathOf is the spec's path for one of authentik's keys, empty for one that
// is not of the spec's choosing.
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
