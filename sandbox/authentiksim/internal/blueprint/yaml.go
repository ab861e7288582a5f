package blueprint

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"authpocket/sandbox/authentiksim/internal/serve"
)

// blueprint is a file of desired objects.
type blueprint struct {
	Version int              `yaml:"version"`
	Entries []blueprintEntry `yaml:"entries"`

	keys map[string]any // keys of the applied entries by their ID
}

// blueprintEntry is one object: how to find it and its attributes.
type blueprintEntry struct {
	Model       string    `yaml:"model"`
	ID          string    `yaml:"id"`
	State       string    `yaml:"state"` // empty means present
	Identifiers yaml.Node `yaml:"identifiers"`
	Attrs       yaml.Node `yaml:"attrs"`
}

func readBlueprint(c *serve.Call, source []byte) (*blueprint, error) {
	b := &blueprint{keys: map[string]any{}}
	if err := yaml.Unmarshal(source, b); err != nil {
		return nil, fmt.Errorf("reading the blueprint: %w", err)
	}
	if b.Version != 1 {
		return nil, fmt.Errorf("reading the blueprint: version is %d, want 1", b.Version)
	}
	return b, nil
}

// object returns a mapping with its tags resolved. A missing one is empty.
func (b *blueprint) object(c *serve.Call, node *yaml.Node) (obj, error) {
	if node.IsZero() {
		return obj{}, nil
	}
	value, err := b.value(c, node)
	if err != nil {
		return nil, err
	}
	object, isObject := value.(obj)
	if !isObject {
		return nil, fmt.Errorf("line %d is not a mapping", node.Line)
	}
	return object, nil
}

// value returns a node as JSON with authentik's tags resolved.
func (b *blueprint) value(c *serve.Call, node *yaml.Node) (any, error) {
	switch node.Tag {
	case "!KeyOf":
		key, known := b.keys[node.Value]
		if !known {
			return nil, fmt.Errorf("line %d: no entry with the id %q before it", node.Line, node.Value)
		}
		return number64(key), nil
	case "!Find":
		return b.find(c, node)
	case "!Env":
		return b.environment(c, node)
	}
	switch node.Kind {
	case yaml.MappingNode:
		return b.mapping(c, node)
	case yaml.SequenceNode:
		return b.sequence(c, node)
	}
	if len(node.Tag) > 1 && node.Tag[0] == '!' && node.Tag[1] != '!' {
		return nil, fmt.Errorf("this simulated authentik does not know the tag %s in line %d", node.Tag, node.Line)
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, fmt.Errorf("reading line %d: %w", node.Line, err)
	}
	return number64(value), nil
}

// number64 returns an integer as JSON represents it. Other values are returned unchanged.
func number64(value any) any {
	if n, isInt := value.(int); isInt {
		return float64(n)
	}
	return value
}

func (b *blueprint) mapping(c *serve.Call, node *yaml.Node) (any, error) {
	object := obj{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value, err := b.value(c, node.Content[i+1])
		if err != nil {
			return nil, err
		}
		object[node.Content[i].Value] = value
	}
	return object, nil
}

func (b *blueprint) sequence(c *serve.Call, node *yaml.Node) (any, error) {
	list := []any{}
	for _, item := range node.Content {
		value, err := b.value(c, item)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

// find resolves !Find [model, [field, value], …]. Without a match it returns nil.
func (b *blueprint) find(c *serve.Call, node *yaml.Node) (any, error) {
	if len(node.Content) < 2 {
		return nil, fmt.Errorf("line %d: !Find needs a model and a condition", node.Line)
	}
	model := blueprintModels()[node.Content[0].Value]
	if model == nil {
		return nil, fmt.Errorf("this simulated authentik cannot find %s", node.Content[0].Value)
	}
	conditions := obj{}
	for _, condition := range node.Content[1:] {
		if len(condition.Content) != 2 {
			return nil, fmt.Errorf("a condition in line %d is not of the form [field, value]", condition.Line)
		}
		value, err := b.value(c, condition.Content[1])
		if err != nil {
			return nil, err
		}
		conditions[condition.Content[0].Value] = value
	}
	key, err := model.FindKey(c, conditions)
	return number64(key), err
}

// environment resolves !Env NAME and !Env [NAME, default].
func (b *blueprint) environment(c *serve.Call, node *yaml.Node) (any, error) {
	name := node.Value
	if node.Kind == yaml.SequenceNode && len(node.Content) > 0 {
		name = node.Content[0].Value
	}
	if value, set := c.Config.Environment[name]; set {
		return value, nil
	}
	if len(node.Content) > 1 {
		return b.value(c, node.Content[1])
	}
	return nil, nil
}
