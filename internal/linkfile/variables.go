package linkfile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Variables are what a link file may take from the environment. A link file
// names the address that its values are sent to, so one from elsewhere could
// otherwise collect any secret of the environment that it runs in.
type Variables struct {
	Lookup func(name string) (string, bool) // os.LookupEnv outside tests
	// Allowed are names taken beside those that begin with AUTHENTIK_ or
	// POCKETBASE_.
	Allowed []string
}

func (v Variables) allows(name string) bool {
	return strings.HasPrefix(name, "AUTHENTIK_") || strings.HasPrefix(name, "POCKETBASE_") ||
		slices.Contains(v.Allowed, name)
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts variables into all values in place. Keys are left alone.
func expand(path string, root *yaml.Node, variables Variables) error {
	e := expander{path: path, from: variables}
	e.expand(root)
	return join(path, e.errs)
}

type expander struct {
	path string
	from Variables
	size int // of all values that hold variables
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
