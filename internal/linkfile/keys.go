package linkfile

import (
	"fmt"
	"iter"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/agext/levenshtein"
	"go.yaml.in/yaml/v3"
)

// checkKeys returns an error for every unknown key, with its line and the nearest
// known key.
func checkKeys(path string, root *yaml.Node) error {
	if root.Kind != yaml.DocumentNode || len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("%s: a link file is a mapping with the keys authentik and pocketbase", path)
	}
	c := keyChecker{path: path, seen: map[typedNode]bool{}}
	c.walk("", root.Content[0], reflect.TypeFor[File]())
	return join(path, c.errs)
}

// keyChecker visits each node once per type that it is decoded into.
type keyChecker struct {
	path string
	seen map[typedNode]bool
	errs []error
}

type typedNode struct {
	node *yaml.Node
	as   reflect.Type
}

func (c *keyChecker) add(line int, format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s:%d: "+format, append([]any{c.path, line}, args...)...))
}

func (c *keyChecker) walk(at string, node *yaml.Node, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if c.seen[typedNode{node, t}] {
		return
	}
	c.seen[typedNode{node, t}] = true
	switch {
	case node.Kind == yaml.AliasNode:
		c.walk(at, node.Alias, t)
	case node.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for _, item := range node.Content {
			c.walk(at, item, t.Elem())
		}
	case node.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		c.walkKeys(at, node, t)
	}
}

func (c *keyChecker) walkKeys(at string, node *yaml.Node, t reflect.Type) {
	known := keysOf(t)
	if len(known) == 0 { // such as a token, which decoding would leave empty
		c.add(node.Line, "this must be text")
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		field, found := known[key.Value]
		switch {
		case key.Tag == "!!merge": // <<: *anchor
			c.walkMerged(at, value, t)
		case key.Kind != yaml.ScalarNode:
			c.add(key.Line, "a key is a word, not a list, a mapping or an alias")
		case !found:
			c.add(key.Line, "there is no key %s; did you mean %s?", at+shownKey(key.Value), at+
				nearest(key.Value, known))
		default:
			c.walk(at+key.Value+".", value, field)
		}
	}
}

// walkMerged checks a mapping, or a list of mappings, that is merged into a t.
func (c *keyChecker) walkMerged(at string, value *yaml.Node, t reflect.Type) {
	if value.Kind != yaml.SequenceNode {
		c.walk(at, value, t)
		return
	}
	for _, item := range value.Content {
		c.walk(at, item, t)
	}
}

// checkRepeats returns an error for every repeated key of a mapping.
func checkRepeats(path string, root *yaml.Node) error {
	type key struct {
		kind  yaml.Kind
		value string
	}
	var errs []error
	for n := range nodes(root) {
		if n.Kind != yaml.MappingNode {
			continue
		}
		lines := map[key]int{}
		for i := 0; i < len(n.Content); i += 2 {
			k := key{n.Content[i].Kind, n.Content[i].Value}
			if line, found := lines[k]; found {
				errs = append(errs, fmt.Errorf("%s:%d: the key %s is already set on line %d",
					path, n.Content[i].Line, shownKey(k.value), line))
				continue
			}
			lines[k] = n.Content[i].Line
		}
	}
	return join(path, errs)
}

// nodes yields root and every node below it. It does not follow aliases.
func nodes(root *yaml.Node) iter.Seq[*yaml.Node] {
	var walk func(*yaml.Node, func(*yaml.Node) bool) bool
	walk = func(n *yaml.Node, yield func(*yaml.Node) bool) bool {
		if !yield(n) {
			return false
		}
		return !slices.ContainsFunc(n.Content, func(child *yaml.Node) bool { return !walk(child, yield) })
	}
	return func(yield func(*yaml.Node) bool) { walk(root, yield) }
}

var keySyntax = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_.-]{0,60}`)
})

// shownKey returns the part of key that can be a key. The rest may be a value
// after a missing space, and values may be secrets.
func shownKey(key string) string {
	shown := keySyntax().FindString(key)
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

// nearest returns the known key with the smallest edit distance.
func nearest(key string, known map[string]reflect.Type) string {
	key = keySyntax().FindString(key)
	names := slices.Sorted(maps.Keys(known))
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.Distance(key, a, nil) - levenshtein.Distance(key, b, nil)
	})
}
