package linkfile

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// value is a value of a link file, and the type that it is decoded into.
type value struct {
	path string
	node *yaml.Node
	as   reflect.Type
}

// walk visits the value of each known key below a resolved node, and passes each unknown key to unknown.
func walk(at value, visit func(value), unknown func(at string, key *yaml.Node, known map[string]reflect.Type)) {
	for at.as.Kind() == reflect.Pointer {
		at.as = at.as.Elem()
	}
	visit(at)
	switch known := keysOf(at.as); {
	case at.node.Kind == yaml.SequenceNode && at.as.Kind() == reflect.Slice:
		for i, item := range at.node.Content {
			walk(value{link.FieldAt(at.path, i), item, at.as.Elem()}, visit, unknown)
		}
	case at.node.Kind == yaml.MappingNode && at.as.Kind() == reflect.Map:
		for key, node := range pairs(at.node) {
			walk(value{at.path + "." + key.Value, node, at.as.Elem()}, visit, unknown)
		}
	case at.node.Kind == yaml.MappingNode && len(known) > 0:
		for key, node := range pairs(at.node) {
			if t, found := known[key.Value]; found {
				walk(value{strings.TrimPrefix(at.path+"."+key.Value, "."), node, t}, visit, unknown)
			} else if unknown != nil {
				unknown(at.path, key, known)
			}
		}
	}
}

// IsCredential reports whether the secret at the path opens a system. The client secret only links the two.
func IsCredential(path string) bool { return !strings.HasPrefix(path, "provider.") }

func isCredential(v value) bool {
	return v.as == reflect.TypeFor[secret.Text]() && IsCredential(v.path)
}

// notInFile says where the secret of a key is taken from instead.
func notInFile(path string) say.Text {
	system, name, _ := strings.Cut(path, ".")
	return say.Of("a secret does not belong in the file: take it from the environment with %s: %s, or from a file "+
		"with %s_file: PATH", name, "${"+strings.ToUpper(system+"_"+name)+"}", name)
}

// checkTypes adds a fault for every value of the wrong type.
func checkTypes(f *faults, root *yaml.Node) {
	walk(value{"", root, reflect.TypeFor[File]()}, func(v value) {
		var words say.Text
		kind := v.as.Kind()
		switch text := kind == reflect.String || v.as == reflect.TypeFor[secret.Text](); {
		case v.as == reflect.TypeFor[link.RedirectURI]():
			if v.node.Kind == yaml.SequenceNode || isNull(v.node) {
				words = say.Of("this must be an address, or a mapping with url, mode and type")
			}
		case v.as == reflect.TypeFor[link.GroupsLimit]():
			if !isLimit(v.node) {
				words = say.Of("this must be %s, or a list of names of groups", link.BoundGroups)
			}
		case text && v.node.Kind != yaml.ScalarNode:
			words = say.Of("this must be text")
		case text && isNull(v.node) && !isCredential(v): // what to set in place of one is said elsewhere
			words = say.Of("this has no value: leave the key out, or write \"\" for an empty one")
		case kind == reflect.Bool && (isNull(v.node) || v.node.Decode(new(bool)) != nil):
			words = say.Of("this must be true or false")
		case kind == reflect.Slice && v.node.Kind != yaml.SequenceNode:
			words = say.Of("this must be a list: each entry on its own line after a hyphen")
		case kind == reflect.Map && v.node.Kind != yaml.MappingNode:
			words = say.Of("this must be a mapping: keys with their values, one per line")
		case kind == reflect.Struct && !text && v.node.Kind != yaml.MappingNode && !isNull(v.node):
			words = say.Of("this must be a mapping: keys with their values, one per line")
		}
		if kind == reflect.Bool && f.unset[placeOf(f.path, v.node)] {
			v.node.Tag, v.node.Value, words = "!!bool", "false", say.Text{} // either would do
		}
		if !words.Empty() {
			f.add(v.node, v.path, words)
		}
	}, nil)
}

// isLimit reports whether the value can limit the groups claim.
func isLimit(n *yaml.Node) bool {
	name := func(item *yaml.Node) bool { return item.Kind == yaml.ScalarNode && !isNull(item) }
	if n.Kind == yaml.SequenceNode {
		return !slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return !name(item) })
	}
	return name(n) && n.Value == link.BoundGroups
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// checkRepeats adds a fault for every repeated key of a mapping.
func checkRepeats(f *faults, root *yaml.Node) {
	type key struct {
		kind  yaml.Kind
		value string
	}
	for n := range nodes(root) {
		if n.Kind != yaml.MappingNode {
			continue
		}
		lines := map[key]int{}
		for i := 0; i < len(n.Content); i += 2 {
			k := key{n.Content[i].Kind, n.Content[i].Value}
			if line, found := lines[k]; found {
				f.add(n.Content[i], "", say.Of("the key %s is already set on line %s", shownKey(k.value),
					strconv.Itoa(line)))
				continue
			}
			lines[k] = n.Content[i].Line
		}
	}
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

// keysOf returns the keys of a mapping and their types, none for another type.
func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		switch name, inline := keyOf(f); {
		case inline:
			maps.Copy(keys, keysOf(f.Type))
		case name != "":
			keys[name] = f.Type
		}
	}
	return keys
}

// keyOf returns the key of a struct's field, empty for none. The keys of an inline field stand in its place.
func keyOf(f reflect.StructField) (name string, inline bool) {
	name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "-" {
		name = ""
	}
	return name, options == "inline"
}
