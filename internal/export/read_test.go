package export

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"go.yaml.in/yaml/v3"
)

// readYAML reads a blueprint, with the tags of its values.
func readYAML(s string) (any, error) {
	d := yaml.NewDecoder(strings.NewReader(s))
	var root yaml.Node
	if err := d.Decode(&root); err != nil {
		return nil, err
	}
	var second yaml.Node
	if err := d.Decode(&second); err == nil {
		return nil, fmt.Errorf("there is a second document")
	}
	return yamlTree(root.Content[0])
}

func yamlTree(n *yaml.Node) (any, error) {
	if n.Anchor != "" || n.Alias != nil {
		return nil, fmt.Errorf("line %d has an anchor or alias", n.Line)
	}
	items := make([]any, len(n.Content))
	for i, c := range n.Content {
		item, err := yamlTree(c)
		if err != nil {
			return nil, err
		}
		items[i] = item
	}
	if n.Kind == yaml.ScalarNode {
		return map[string]any{"tag": n.ShortTag(), "value": n.Value}, nil
	}
	return map[string]any{"tag": n.ShortTag(), "items": items}, nil
}

// readHCL reads a Terraform file and evaluates its expressions. References are
// returned as source, with a prefix that no evaluated text has.
func readHCL(s string) (any, error) {
	f, diags := hclsyntax.ParseConfig([]byte(s), "authentik.tf", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	return hclBody(f.Body.(*hclsyntax.Body))
}

func hclBody(b *hclsyntax.Body) (any, error) {
	out := map[string]any{}
	for name, a := range b.Attributes {
		v, err := hclValue(a.Expr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	blocks := []any{}
	for _, block := range b.Blocks {
		body, err := hclBody(block.Body)
		if err != nil {
			return nil, fmt.Errorf("%s %v: %w", block.Type, block.Labels, err)
		}
		blocks = append(blocks, map[string]any{"block": block.Type + " " + strings.Join(block.Labels, " "),
			"body": body})
	}
	out["blocks"] = blocks
	return out, nil
}

func hclValue(e hclsyntax.Expression) (any, error) {
	switch e := e.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		ref := "reference"
		for _, step := range e.Traversal {
			switch step := step.(type) {
			case hcl.TraverseRoot:
				ref += " " + step.Name
			case hcl.TraverseAttr:
				ref += " " + step.Name
			default:
				return nil, fmt.Errorf("a reference with a %T", step)
			}
		}
		return map[string]any{"reference": ref}, nil
	case *hclsyntax.TupleConsExpr:
		list := make([]any, len(e.Exprs))
		for i, item := range e.Exprs {
			v, err := hclValue(item)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	v, diags := e.Value(nil) // no variables and no functions: data only
	if diags.HasErrors() {
		return nil, diags
	}
	return ctyTree(v)
}

func ctyTree(v cty.Value) (any, error) {
	switch {
	case v.Type() == cty.String:
		return v.AsString(), nil
	case v.Type() == cty.Bool:
		return v.True(), nil
	case v.Type() == cty.Number:
		return v.AsBigFloat().String(), nil
	case v.Type().IsObjectType():
		out := map[string]any{}
		for name, item := range v.AsValueMap() {
			tree, err := ctyTree(item)
			if err != nil {
				return nil, err
			}
			out[name] = tree
		}
		return out, nil
	}
	return nil, fmt.Errorf("a value of the type %s", v.Type().FriendlyName())
}

// readMarkdown parses the export by its own rules and rejects everything else,
// such as a raw pipe, angle bracket or backtick in a value.
func readMarkdown(s string) (any, error) {
	var lines []any
	for line := range strings.Lines(s) {
		line, found := strings.CutSuffix(line, "\n")
		if !found {
			return nil, fmt.Errorf("the last line has no end")
		}
		tree, err := markdownTree(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s", err, line)
		}
		lines = append(lines, tree)
	}
	return lines, nil
}

func markdownTree(line string) (any, error) {
	switch {
	case line == "" || strings.HasPrefix(line, "|---"):
		return line, nil
	case strings.HasPrefix(line, "#"):
		return line, nil // headings contain no values
	case strings.HasPrefix(line, "- "):
		name, value, found := strings.Cut(line[2:], ": ")
		if !found {
			return nil, fmt.Errorf("an item without a name")
		}
		v, err := readCell(value)
		return map[string]any{"item": name, "value": v}, err
	case strings.HasPrefix(line, "| ") && strings.HasSuffix(line, " |"):
		var row []any
		for cell := range strings.SplitSeq(line[2:len(line)-2], " | ") {
			v, err := readCell(cell)
			if err != nil {
				return nil, err
			}
			row = append(row, v)
		}
		return row, nil
	}
	return nil, fmt.Errorf("a line of no kind")
}

// readCell reads a value: a word of ours, a list, or a text.
func readCell(s string) (any, error) {
	switch s {
	case "":
		return "", nil
	case "*none*":
		return map[string]any{"none": true}, nil
	case "*empty*":
		return map[string]any{"empty": true}, nil
	case "yes", "no", "set", "not set", "set (a new one)", "set (authentik's)":
		return map[string]any{"word": s}, nil
	}
	var items []any
	var text []string
	for i, line := range strings.Split(s, "<br>") {
		item, listed := strings.CutPrefix(line, "• ")
		if listed && i > 0 {
			items = append(items, strings.Join(text, "\n"))
			text = nil
		}
		read, err := readLine(item)
		if err != nil {
			return nil, err
		}
		text = append(text, read)
	}
	whole := strings.Join(text, "\n")
	if strings.HasPrefix(s, "• ") {
		return append(items, whole), nil
	}
	return whole, nil
}

func readLine(s string) (string, error) {
	if s == "*empty*" { // an item of a list
		return "", nil
	}
	if inner, ok := strings.CutPrefix(s, "`"); ok {
		if inner, ok = strings.CutSuffix(inner, "`"); ok && inner != "" && !strings.Contains(inner, "`") {
			return inner, nil
		}
	}
	var out strings.Builder
	for s != "" {
		n, c, err := readCharacter(s)
		if err != nil {
			return "", err
		}
		out.WriteRune(c)
		s = s[n:]
	}
	return out.String(), nil
}

// readCharacter reads one character of prose and how many bytes it takes.
func readCharacter(s string) (int, rune, error) {
	numbered := func(prefix, suffix string, base int) (int, rune, error) {
		digits, _, found := strings.Cut(s[len(prefix):], suffix)
		n, err := strconv.ParseInt(digits, base, 32)
		if !found || err != nil {
			return 0, 0, fmt.Errorf("a number that is none")
		}
		return len(prefix) + len(digits) + len(suffix), rune(n), nil
	}
	switch {
	case strings.HasPrefix(s, "`@`"):
		return 3, '@', nil
	case strings.HasPrefix(s, "&#"):
		return numbered("&#", ";", 10)
	case strings.HasPrefix(s, "⟨U+"):
		return numbered("⟨U+", "⟩", 16)
	case s == ":" || strings.HasPrefix(s, ": "):
		return 1, ':', nil
	}
	c, n := utf8.DecodeRuneInString(s)
	if !isPlain(c) {
		return 0, 0, fmt.Errorf("a bare %q", c)
	}
	return n, c, nil
}
