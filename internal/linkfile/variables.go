package linkfile

import (
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

var variable = pattern.Of(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces variables in all values below a resolved node, in place, but not in keys.
func (r Reader) expand(f *faults, root *yaml.Node) {
	e := expander{faults: f, from: r, keys: map[*yaml.Node]bool{}}
	for n := range nodes(root) {
		switch n.Kind {
		case yaml.ScalarNode:
			if !e.keys[n] {
				e.scalar(n)
			}
		case yaml.MappingNode:
			for key := range pairs(n) {
				e.keys[key] = true
			}
		}
	}
}

type expander struct {
	*faults
	from Reader
	keys map[*yaml.Node]bool
	size int // total size of variables
}

func (e *expander) scalar(node *yaml.Node) {
	before := node.Value
	node.Value = variable().ReplaceAllStringFunc(before, func(match string) string {
		value := e.value(match[2:len(match)-1], node)
		if e.size += len(value); e.size > MaxSize {
			return ""
		}
		return value
	})
	switch {
	case e.size > MaxSize:
		e.list = nil
		e.add(node, "", say.Of("with its variables larger than 1 MB, so not a link file"))
	case node.Value == before:
	case node.Style == 0 && (node.Value == "true" || node.Value == "false"):
		node.Tag = "!!bool"
	default:
		node.Tag = "!!str"
	}
}

func (e *expander) value(name string, node *yaml.Node) string {
	if !e.from.allows(name) {
		e.add(node, "", say.Of("the variable %s is not taken from the environment: only names that begin with "+
			"AUTHENTIK_ or "+
			"POCKETBASE_ are; if this file may have it, run again with --allow-env %s", name, name))
		return ""
	}
	value, found := e.from.Lookup(name)
	switch place := placeOf(e.path, node); {
	case !found && e.from.Note != nil:
		if e.unset == nil {
			e.unset = map[report.Place]bool{}
		}
		e.unset[place] = true
		e.from.Note(Fault{Place: place, Words: say.Of("%s is not set", name)})
		return "${" + name + "}"
	case !found:
		e.add(node, "", say.Of("the environment has no variable %s", name))
	}
	return value
}
