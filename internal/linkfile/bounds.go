package linkfile

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// A link file has four levels and at most some hundred values. Aliases can turn a
// few lines into billions of values, or into a value that contains itself.
const (
	maxDepth  = 50
	maxValues = 10_000
	maxErrors = 20
)

// checkSize returns an error if the file, with all aliases replaced, is too deep,
// too large or endless. Later steps can follow aliases freely.
func checkSize(path string, root *yaml.Node) error {
	m := measurer{path: path, depth: map[*yaml.Node]int{}, values: map[*yaml.Node]int{}}
	_, _, err := m.measure(root)
	return err
}

// measurer visits each node once.
type measurer struct {
	path   string
	depth  map[*yaml.Node]int // unfinished for ancestors of the current node
	values map[*yaml.Node]int
}

const unfinished = -1

func (m measurer) measure(n *yaml.Node) (depth, values int, err error) {
	if depth, seen := m.depth[n]; seen {
		return depth, m.values[n], nil
	}
	m.depth[n] = unfinished
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
	}
	values = 1
	for _, child := range children {
		d, v, err := m.measure(child)
		switch {
		case err != nil:
			return 0, 0, err
		case d == unfinished:
			return 0, 0, fmt.Errorf("%s:%d: this alias names a value that contains the alias itself", m.path, n.Line)
		}
		depth, values = max(depth, d+1), values+v
		if depth > maxDepth {
			return 0, 0, fmt.Errorf("%s:%d: nested more than %d levels deep, so not a link file", m.path, n.Line,
				maxDepth)
		}
		if values > maxValues {
			return 0, 0, fmt.Errorf("%s:%d: more than %d values once its aliases are replaced, so not a link file",
				m.path, n.Line, maxValues)
		}
	}
	m.depth[n], m.values[n] = depth, values
	return depth, values, nil
}

// join returns errs as one error of bounded length.
func join(path string, errs []error) error {
	if len(errs) > maxErrors {
		more := fmt.Errorf("%s: %d more like these", path, len(errs)-maxErrors)
		errs = append(errs[:maxErrors:maxErrors], more)
	}
	return errors.Join(errs...)
}
