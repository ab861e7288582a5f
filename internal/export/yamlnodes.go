package export

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// word is a scalar of ours that needs no quotes: a key, a model, an id.
func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// yamlText is a text as data. Quoting all of them leaves none to be read as a
// number, a date, a tag or a word such as yes.
func yamlText(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

// yamlCode is a text of several lines, as it stands where that is safe.
func yamlCode(s string) *yaml.Node {
	n := yamlText(s)
	if plainLines(s) {
		n.Style = yaml.LiteralStyle
	}
	return n
}

// plainLines tells whether s is printable ASCII in lines that neither begin
// the text with a space nor end with one.
func plainLines(s string) bool {
	odd := func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }
	return s != "" && s[0] > ' ' && !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, " ") &&
		!strings.Contains(s, " \n") && !strings.ContainsFunc(s, odd)
}

func yamlBool(b bool) *yaml.Node { return word(strconv.FormatBool(b)) }

func yamlInt(i int) *yaml.Node { return word(strconv.Itoa(i)) }

func yamlNull() *yaml.Node { return word("null") }

func yamlTexts(list []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range list {
		n.Content = append(n.Content, yamlText(s))
	}
	return n
}

func sequence(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// mapping is a YAML mapping whose keys keep their order.
type mapping struct{ node *yaml.Node }

func newMapping() mapping { return mapping{&yaml.Node{Kind: yaml.MappingNode}} }

func (m mapping) add(key string, value *yaml.Node) mapping {
	m.node.Content = append(m.node.Content, word(key), value)
	return m
}

func (m mapping) has(key string) bool {
	for i := 0; i < len(m.node.Content); i += 2 {
		if m.node.Content[i].Value == key {
			return true
		}
	}
	return false
}

// find is authentik's tag for the primary key of an object that is there. It
// gives null where there is none.
func find(model, key, value string) *yaml.Node {
	condition := sequence(word(key), yamlText(value))
	condition.Style = yaml.FlowStyle
	n := sequence(word(model), condition)
	n.Tag, n.Style = "!Find", yaml.FlowStyle|yaml.TaggedStyle
	return n
}

// keyOf is authentik's tag for another entry of the same blueprint.
func keyOf(id string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!KeyOf", Value: id, Style: yaml.TaggedStyle}
}

// env is authentik's tag for an environment variable of its worker.
func env(name string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!Env", Value: name, Style: yaml.TaggedStyle}
}

// encode writes a document. What cannot be seen is only ever inside quotes,
// so it can be escaped afterwards.
func encode(root *yaml.Node) (string, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return "", fmt.Errorf("writing YAML: %w", err)
	}
	if err := e.Close(); err != nil {
		return "", fmt.Errorf("writing YAML: %w", err)
	}
	return escapeUnseen(out.String(), yamlEscape), nil
}

func yamlEscape(c rune) string {
	if c > 0xffff {
		return fmt.Sprintf(`\U%08X`, c)
	}
	return fmt.Sprintf(`\u%04X`, c)
}
