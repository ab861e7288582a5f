package export

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// word returns an unquoted scalar, for keys, models and IDs of our own.
func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: s} }

// yamlText returns a quoted string, so that none is read as a number, a date, a
// tag or a word such as yes.
func yamlText(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
}

// yamlCode returns a text of several lines, as a literal block if that is safe.
func yamlCode(s string) *yaml.Node {
	n := yamlText(s)
	if plainLines(s) {
		n.Style = yaml.LiteralStyle
	}
	return n
}

// plainLines reports whether s is printable ASCII that does not begin with a
// space and has no line that ends with one.
func plainLines(s string) bool {
	odd := func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }
	return s != "" && s[0] > ' ' && !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, " ") &&
		!strings.Contains(s, " \n") && !strings.ContainsFunc(s, odd)
}

func yamlBool(b bool) *yaml.Node { return word(strconv.FormatBool(b)) }

func yamlInt(i int) *yaml.Node { return word(strconv.Itoa(i)) }

func yamlNull() *yaml.Node { return word("null") }

func yamlTexts(list []string) *yaml.Node {
	n := sequence()
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

// find returns authentik's tag for the primary key of an existing object, which
// is null if there is none.
func find(model, key, value string) *yaml.Node {
	condition := sequence(word(key), yamlText(value))
	condition.Style = yaml.FlowStyle
	n := sequence(word(model), condition)
	n.Tag, n.Style = "!Find", yaml.FlowStyle|yaml.TaggedStyle
	return n
}

// keyOf returns authentik's tag for another entry of the same blueprint.
func keyOf(id string) *yaml.Node { return tagged("!KeyOf", id) }

// env returns authentik's tag for an environment variable of its worker.
func env(name string) *yaml.Node { return tagged("!Env", name) }

func tagged(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value, Style: yaml.TaggedStyle}
}

// encode returns a document. Invisible characters only occur inside quotes, so
// they can be escaped afterwards.
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
