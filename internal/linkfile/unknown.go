package linkfile

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// unknown adds a fault for a key that link files do not have at a path, with those that it may be instead.
func (f *faults) unknown(at string, key *yaml.Node, known map[string]reflect.Type) {
	if entry().MatchString(at) {
		f.doubt(at)
	}
	if at = report.Key(at); at != "" {
		at += "."
	}
	word, shown := keySyntax().FindString(key.Value), at+shownKey(key.Value)
	if similar := append(near(at, word, known), elsewhere(at, word)...); len(similar) > 0 {
		f.add(key, "", say.Of("there is no key %s; did you mean %s?", shown, say.Or(link.Each(similar, say.Raw)...)))
		return
	}
	f.add(key, "", say.Of("there is no key %s; use %s", shown,
		say.Or(link.Each(slices.Sorted(maps.Keys(known)), say.Raw)...)))
}

// near returns the known key that is nearest to a word, if at most every third letter differs.
func near(at, word string, known map[string]reflect.Type) []string {
	distance := func(name string) int { return levenshtein.Distance(strings.ToLower(word), name, nil) }
	names := slices.Sorted(maps.Keys(known))
	nearest := slices.MinFunc(names, func(a, b string) int { return distance(a) - distance(b) })
	if 3*distance(nearest) > len(nearest) {
		return nil
	}
	return []string{at + nearest}
}

// elsewhere returns the keys that are called like a word, but stand below another one.
func elsewhere(at, word string) (paths []string) {
	for key, t := range keysOf(reflect.TypeFor[File]()) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if _, found := keysOf(t)[word]; found && at != key+"." {
			paths = append(paths, key+"."+word)
		}
	}
	slices.Sort(paths)
	return paths
}

// checkKeys adds a fault for every unknown key, and for every token and password that
// stands in the file itself.
func checkKeys(f *faults, root *yaml.Node) {
	walk(value{"", root, reflect.TypeFor[File]()}, func(v value) {
		if isCredential(v) && v.node.Kind == yaml.ScalarNode && v.node.Value != "" && !isNull(v.node) &&
			!hasVariable(v.node.Value) {
			f.add(v.node, v.path, notInFile(v.path))
		}
	}, f.unknown)
}
