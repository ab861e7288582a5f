package authentik

import (
	"slices"
	"strings"

	"authpocket/internal/link"
)

// differing lists the names whose values differ. A key that the answer does
// not have cannot be compared: the server lacks the feature, or hides the
// value.
func differing(names []string, want, got fields, answered object) []string {
	var differs []string
	for _, name := range names {
		hidden := !answered.has(name) || name == "client_secret" && got[name] == ""
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

// part is the kind of object that the keys of a refusal are keys of.
type part string

const (
	partApplication part = "application"
	partProvider    part = "provider"
	partBinding     part = "access"
	partMapping     part = "email"
	partKey         part = "key"
	partPair        part = "pair"
)

// fieldOf gives the words for the keys of a complaint, and the spec's path of
// the field they mean; empty where there is none.
func fieldOf(p part, path []string) (label, specPath string) {
	if p == partPair && len(path) > 0 {
		p = map[string]part{"app": partApplication, "provider": partProvider, "policy_bindings": partBinding}[path[0]]
		path = path[1:]
	}
	switch {
	case p == partMapping:
		specPath = "email"
	case p == partKey:
		specPath = "provider.signing_key"
	case p == partBinding && len(path) > 0:
		specPath = map[string]string{"group": "access.groups", "user": "access.users", "policy": "access.policies"}[path[len(path)-1]]
	case len(path) > 0:
		specPath = specPathOf(p, path[0])
	}
	return strings.ReplaceAll(strings.Join(path, " "), "_", " "), specPath
}

// specPathOf is the spec's path for one of authentik's keys, empty for one that
// is not of the spec's choosing.
func specPathOf(p part, key string) string {
	switch p {
	case partApplication:
		a, _ := link.Named(link.ApplicationAttrs(), key)
		return a.Spec
	case partProvider:
		a, _ := link.Named(link.ProviderAttrs(), key)
		return a.Spec
	}
	return ""
}
