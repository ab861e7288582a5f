package linkfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Variables limit what a link file may read from the environment. Its values are
// sent to the addresses in the file, so a file from elsewhere could otherwise
// collect any secret in the environment.
type Variables struct {
	Lookup func(name string) (string, bool) // os.LookupEnv outside tests
	// Allowed lists further names. Those that begin with AUTHENTIK_ or
	// POCKETBASE_ are always allowed.
	Allowed []string
}

func (v Variables) allows(name string) bool {
	return strings.HasPrefix(name, "AUTHENTIK_") || strings.HasPrefix(name, "POCKETBASE_") ||
		slices.Contains(v.Allowed, name)
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces variables in all values, in place, but not in keys.
func (v Variables) expand(path string, root *yaml.Node) error {
	e := expander{path: path, from: v}
	e.expand(root)
	return join(path, e.errs)
}

type expander struct {
	path string
	from Variables
	size int // total size of variables
	errs []error
}

func (e *expander) expand(node *yaml.Node) {
	switch node.Kind {
	case yaml.ScalarNode:
		e.scalar(node)
	case yaml.MappingNode:
		for i := 1; i < len(node.Content); i += 2 {
			e.expand(node.Content[i])
		}
	default:
		for _, child := range node.Content {
			e.expand(child)
		}
	}
}

func (e *expander) scalar(node *yaml.Node) {
	before := node.Value
	node.Value = variable.ReplaceAllStringFunc(before, func(match string) string {
		value := e.value(match[2:len(match)-1], node.Line)
		if e.size += len(value); e.size > MaxSize {
			return ""
		}
		return value
	})
	switch {
	case e.size > MaxSize:
		e.errs = []error{fmt.Errorf("%s:%d: with its variables larger than 1 MB, so not a link file", e.path,
			node.Line)}
	case node.Value == before:
	case node.Style == 0 && (node.Value == "true" || node.Value == "false"):
		node.Tag = "!!bool"
	default:
		node.Tag = "!!str"
	}
}

func (e *expander) value(name string, line int) string {
	if !e.from.allows(name) {
		e.errs = append(e.errs, fmt.Errorf("%s:%d: the variable %s is not taken from the environment: "+
			"only names that begin with AUTHENTIK_ or POCKETBASE_ are; if this file may have it, run again with "+
			"--allow-env %s", e.path, line, name, name))
		return ""
	}
	value, found := e.from.Lookup(name)
	if !found {
		e.errs = append(e.errs, fmt.Errorf("%s:%d: the environment has no variable %s", e.path, line, name))
	}
	return value
}
