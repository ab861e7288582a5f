package linkfile

import (
	"go.yaml.in/yaml/v3"

	"authpocket/internal/say"
)

// checkSize adds a fault if the file, with all aliases replaced, is too deep, too large or endless. Later steps can
// follow aliases freely.
func checkSize(f *faults, root *yaml.Node) {
	m := measurer{faults: f, depth: map[*yaml.Node]int{}, values: map[*yaml.Node]int{}}
	m.measure(root)
}

// measurer visits each node once, and stops at the first fault.
type measurer struct {
	*faults
	depth  map[*yaml.Node]int // unfinished for ancestors of the current node
	values map[*yaml.Node]int
}

const unfinished = -1

func (m measurer) measure(n *yaml.Node) (depth, values int) {
	if depth, seen := m.depth[n]; seen {
		return depth, m.values[n]
	}
	m.depth[n] = unfinished
	children := n.Content
	if n.Kind == yaml.AliasNode {
		children = []*yaml.Node{n.Alias}
	}
	values = 1
	for _, child := range children {
		d, v := m.measure(child)
		if len(m.list) > 0 {
			return 0, 0
		}
		depth, values = max(depth, d+1), values+v
		switch {
		case d == unfinished:
			m.add(n, "", say.Of("this alias names a value that contains the alias itself"))
		case depth > maxDepth:
			m.add(n, "", say.Of("nested more than %d levels deep, so not a link file", maxDepth))
		case values > maxValues:
			m.add(n, "", say.Of("more than %d values once its aliases are replaced, so not a link file", maxValues))
		default:
			continue
		}
		return 0, 0
	}
	m.depth[n], m.values[n] = depth, values
	return depth, values
}
