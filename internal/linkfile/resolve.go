package linkfile

import (
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

const mergeTag = "!!merge" // <<: *anchor

// resolve returns the value without aliases and merges. Its nodes keep their places.
func resolve(f *faults, n *yaml.Node) *yaml.Node {
	switch n.Kind {
	case yaml.AliasNode:
		return resolve(f, n.Alias)
	case yaml.SequenceNode:
		list := *n
		list.Content = make([]*yaml.Node, len(n.Content))
		for i, item := range n.Content {
			list.Content[i] = resolve(f, item)
		}
		return &list
	case yaml.MappingNode:
		return resolveMapping(f, n)
	}
	scalar := *n
	return &scalar
}

func resolveMapping(f *faults, n *yaml.Node) *yaml.Node {
	whole := *n
	whole.Content = nil
	var merged []*yaml.Node
	for key, value := range pairs(n) {
		switch {
		case key.Tag == mergeTag && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Tag == mergeTag:
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode:
			f.add(key, "", say.Of("a key is a word, not a list, a mapping or an alias"))
		default:
			whole.Content = append(whole.Content, key, resolve(f, value))
		}
	}
	for _, one := range merged {
		from := resolve(f, one)
		if from.Kind != yaml.MappingNode {
			f.add(one, "", say.Of("only mappings can be merged with <<"))
			continue
		}
		for key, value := range pairs(from) {
			if valueOf(&whole, key.Value) == nil {
				whole.Content = append(whole.Content, key, value)
			}
		}
	}
	return &whole
}

// over returns the mapping or value n with the keys of base that it does not set. Both are resolved.
func over(base, n *yaml.Node) *yaml.Node {
	if n == nil || base == nil || base.Kind != yaml.MappingNode || n.Kind != yaml.MappingNode {
		if n == nil {
			return base
		}
		return n
	}
	whole := *n
	whole.Content = nil
	for key, value := range pairs(n) {
		whole.Content = append(whole.Content, key, over(valueOf(base, key.Value), value))
	}
	for key, value := range pairs(base) {
		if valueOf(n, key.Value) == nil {
			whole.Content = append(whole.Content, key, value)
		}
	}
	return &whole
}

// pairs yields the keys and values of a mapping.
func pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		for pair := range slices.Chunk(n.Content, 2) {
			if !yield(pair[0], pair[1]) {
				return
			}
		}
	}
}

// valueOf returns the value of a mapping's key, nil for none.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for k, value := range pairs(n) {
		if k.Value == key {
			return value
		}
	}
	return nil
}

// places returns the node at which each key and list entry below n stands, by its path such as access.groups.0.
func places(n *yaml.Node) map[string]*yaml.Node {
	at := map[string]*yaml.Node{}
	var visit func(path string, n *yaml.Node)
	visit = func(path string, n *yaml.Node) {
		for i, item := range n.Content {
			switch {
			case n.Kind == yaml.SequenceNode:
				below := link.FieldAt(path, i)
				at[below] = item
				visit(below, item)
			case i%2 == 1:
				key, below := n.Content[i-1], strings.TrimPrefix(path+"."+n.Content[i-1].Value, ".")
				at[below] = item
				if item.Kind == yaml.MappingNode {
					at[below] = key
				}
				visit(below, item)
			}
		}
	}
	visit("", n)
	return at
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
