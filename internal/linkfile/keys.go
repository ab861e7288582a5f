package linkfile

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v3"
)

// checkKeys reports every key that a link file does not have, with its line
// and the nearest key that there is.
func checkKeys(path string, root *yaml.Node) []error {
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return []error{fmt.Errorf("%s: a link file is a mapping with the keys authentik and pocketbase", path)}
	}
	return walk(path, "", root.Content[0], reflect.TypeFor[File]())
}

func walk(path, at string, node *yaml.Node, t reflect.Type) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var errs []error
	switch {
	case node.Kind == yaml.AliasNode:
		return walk(path, at, node.Alias, t)
	case node.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, item := range node.Content {
			errs = append(errs, walk(path, at, item, t.Elem())...)
		}
	case node.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		known := keysOf(t)
		if len(known) == 0 { // such as a token, which decoding would leave empty
			return []error{fmt.Errorf("%s:%d: here belongs text", path, node.Line)}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if key.Tag == "!!merge" { // <<: *anchor
				errs = append(errs, walk(path, at, node.Content[i+1], t)...)
				continue
			}
			field, found := known[key.Value]
			if !found {
				errs = append(errs, fmt.Errorf("%s:%d: there is no key %s; did you mean %s?", path, key.Line, at+shownKey(key.Value), at+nearest(key.Value, known)))
				continue
			}
			errs = append(errs, walk(path, at+key.Value+".", node.Content[i+1], field)...)
		}
	}
	return errs
}

var keySyntax = regexp.MustCompile(`^[A-Za-z0-9_.-]{0,60}`)

// shownKey shows what can be a key. The rest may be a value that a space was
// left out in front of, and values may be secrets.
func shownKey(key string) string {
	shown := keySyntax.FindString(key)
	if shown != key {
		shown += "…"
	}
	return shown
}

func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			maps.Copy(keys, keysOf(f.Type))
		case name != "" && name != "-":
			keys[name] = f.Type
		}
	}
	return keys
}

// nearest is the known key with the fewest edits to get there.
func nearest(key string, known map[string]reflect.Type) string {
	names := slices.Sorted(maps.Keys(known))
	return slices.MinFunc(names, func(a, b string) int { return levenshtein.Distance(key, a, nil) - levenshtein.Distance(key, b, nil) })
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts variables into all values in place. Keys are left alone.
func expand(path string, node *yaml.Node, lookup func(string) (string, bool)) []error {
	var errs []error
	switch node.Kind {
	case yaml.ScalarNode:
		before := node.Value
		node.Value = variable.ReplaceAllStringFunc(before, func(match string) string {
			name := match[2 : len(match)-1]
			value, found := lookup(name)
			if !found {
				errs = append(errs, fmt.Errorf("%s:%d: the environment has no variable %s", path, node.Line, name))
			}
			return value
		})
		switch {
		case node.Value == before:
		case node.Style == 0 && (node.Value == "true" || node.Value == "false"):
			node.Tag = "!!bool"
		default:
			node.Tag = "!!str"
		}
	case yaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			errs = append(errs, expand(path, node.Content[i], lookup)...)
		}
	default:
		for _, child := range node.Content {
			errs = append(errs, expand(path, child, lookup)...)
		}
	}
	return errs
}
