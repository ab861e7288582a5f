package export

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// This file writes HCL, Terraform's language, laid out as terraform fmt does.
// Its tests parse and format the result with HashiCorp's own packages, which
// would add 1 MB to the program.

// hclBlock is a block, or a whole file.
type hclBlock struct {
	head  string
	items []hclItem
}

// hclItem is an attribute, a block, a comment or an empty line.
type hclItem struct {
	key     string
	value   expression
	block   *hclBlock
	comment string
}

// expression is the right-hand side of an attribute.
type expression string

func (b *hclBlock) set(key string, v expression) {
	b.items = append(b.items, hclItem{key: key, value: v})
}

// remark adds a comment of one line. Texts of the servers in it are quoted by hclText, which has no line end.
func (b *hclBlock) remark(comment string) { b.items = append(b.items, hclItem{comment: comment}) }

// add adds a block, after an empty line if apart.
func (b *hclBlock) add(apart bool, kind string, labels ...string) *hclBlock {
	if apart {
		b.items = append(b.items, hclItem{})
	}
	head := []string{kind}
	for _, label := range labels {
		head = append(head, string(hclText(label)))
	}
	inner := &hclBlock{head: strings.Join(head, " ")}
	b.items = append(b.items, hclItem{block: inner})
	return inner
}

func (b *hclBlock) has(key string) bool {
	for _, item := range b.items {
		if item.key == key {
			return true
		}
	}
	return false
}

// String returns the lines inside the block.
func (b *hclBlock) String() string {
	var out strings.Builder
	for i, item := range b.items {
		switch {
		case item.block != nil:
			fmt.Fprintf(&out, "%s {\n%s}\n", item.block.head, indented(item.block.String()))
		case item.key != "":
			fmt.Fprintf(&out, "%-*s = %s\n", b.width(i), item.key, item.value)
		case item.comment != "":
			fmt.Fprintf(&out, "# %s\n", item.comment)
		default:
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// width returns the width of an attribute's key: successive attributes of one line
// are aligned.
func (b *hclBlock) width(i int) int {
	widest := len(b.items[i].key)
	if !b.items[i].aligned() {
		return widest
	}
	first, end := i, i
	for first > 0 && b.items[first-1].aligned() {
		first--
	}
	for end < len(b.items) && b.items[end].aligned() {
		end++
	}
	for _, item := range b.items[first:end] {
		widest = max(widest, len(item.key))
	}
	return widest
}

func (i hclItem) aligned() bool { return i.key != "" && !strings.Contains(string(i.value), "\n") }

// indented indents lines. No line is inside a string: there, line ends are escaped.
func indented(s string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		if line != "\n" {
			out.WriteString("  ")
		}
		out.WriteString(line)
	}
	return out.String()
}

// hclText returns a string literal: quotes, backslashes, line ends, templates and
// invisible characters are escaped.
func hclText(s string) expression {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{").
		Replace(s)
	var out strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsPrint(r):
			out.WriteRune(r)
		case r < 1<<16:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			fmt.Fprintf(&out, `\U%08x`, r)
		}
	}
	return expression(`"` + out.String() + `"`)
}

func hclBool(b bool) expression { return expression(strconv.FormatBool(b)) }

func hclInt(i int) expression { return expression(strconv.Itoa(i)) }

// address returns a reference to another object of the same file.
func address(root string, steps ...string) expression {
	return expression(strings.Join(append([]string{root}, steps...), "."))
}

// hclList returns a list with one item per line.
func hclList(items []expression) expression {
	if len(items) == 0 {
		return "[]"
	}
	var lines strings.Builder
	for _, item := range items {
		lines.WriteString(string(item) + ",\n")
	}
	return expression("[\n" + indented(lines.String()) + "]")
}

// hclTexts returns a list of strings in one line.
func hclTexts(list []string) expression {
	items := make([]string, len(list))
	for i, s := range list {
		items[i] = string(hclText(s))
	}
	return expression("[" + strings.Join(items, ", ") + "]")
}

// hclPairs returns an object of strings, in order.
func hclPairs(pairs [][2]string) expression {
	var b hclBlock
	for _, p := range pairs {
		b.set(p[0], hclText(p[1]))
	}
	return expression("{\n" + indented(b.String()) + "}")
}
