package linkfile

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// allows reports whether a link file may read the environment variable. Its value is sent to the addresses in the
// file, so a file from elsewhere could otherwise collect any secret in the environment.
func (r Reader) allows(name string) bool {
	return strings.HasPrefix(name, "AUTHENTIK_") || strings.HasPrefix(name, "POCKETBASE_") ||
		slices.Contains(r.Env, name)
}

// variable matches a variable with what stands before it: one more $ makes it text that looks like one.
var variable = pattern.Of(`\$+\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// isText reports whether a match of variable is text. It is so without its first character.
func isText(match string) bool { return strings.HasPrefix(match, "$$") }

// hasVariable reports whether a value is taken from the environment, or a part of it.
func hasVariable(value string) bool {
	return slices.ContainsFunc(variable().FindAllString(value, -1), func(match string) bool { return !isText(match) })
}

// escape returns how a file says a text, which may look as if it had variables.
func escape(text string) string { return variable().ReplaceAllString(text, "$$$0") }

// expand replaces variables in all values below a resolved node, in place, but not in keys.
func (r Reader) expand(f *faults, root *yaml.Node) {
	e := expander{faults: f, from: r}
	for n := range scalars(root) {
		e.scalar(n)
	}
}

// scalars yields the scalars below a resolved node that are no keys.
func scalars(root *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		keys := map[*yaml.Node]bool{}
		for n := range nodes(root) {
			if n.Kind == yaml.ScalarNode && !keys[n] && !yield(n) {
				return
			}
			if n.Kind == yaml.MappingNode {
				for key := range pairs(n) {
					keys[key] = true
				}
			}
		}
	}
}

type expander struct {
	*faults
	from Reader
	size int // total size of variables
}

func (e *expander) scalar(node *yaml.Node) {
	before := node.Value
	node.Value = variable().ReplaceAllStringFunc(before, func(match string) string {
		if isText(match) {
			return match[1:]
		}
		value := e.value(match[2:len(match)-1], node)
		if e.size += len(value); e.size > MaxSize {
			return ""
		}
		return value
	})
	switch {
	case e.size > MaxSize:
		e.list, e.large = nil, true
		e.add(node, "", say.Of("with its variables larger than 1 MB, so not a link file"))
	case node.Value == before:
		return
	case node.Style == 0 && (node.Value == "true" || node.Value == "false"):
		node.Tag = "!!bool"
	default:
		node.Tag = "!!str"
	}
	if e.taken == nil {
		e.taken = map[report.Place]bool{}
	}
	e.taken[placeOf(e.path, node)] = true
}

func (e *expander) value(name string, node *yaml.Node) string {
	literal, place := "${"+name+"}", placeOf(e.path, node)
	if !e.from.allows(name) {
		e.lacks(place)
		e.add(node, "", say.Of("the variable %s is not taken from the environment: only names that begin with "+
			"AUTHENTIK_ or "+
			"POCKETBASE_ are; if this file may have it, run again with --allow-env %s", name, name))
		return literal
	}
	value, found := e.from.Lookup(name)
	if found {
		return value
	}
	e.lacks(place)
	if e.from.Note != nil {
		e.from.Note(Fault{Place: place, Words: say.Of("%s is not set", name)})
	} else {
		e.add(node, "", say.Of("the environment has no variable %s", name))
	}
	return literal
}

// lacks has nothing more said about the value at a place.
func (f *faults) lacks(place report.Place) {
	if f.unset == nil {
		f.unset = map[report.Place]bool{}
	}
	f.unset[place] = true
}
