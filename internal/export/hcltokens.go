package export

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// expression is the right-hand side of an attribute.
type expression = hclwrite.Tokens

// hclText returns a string literal: quotes, backslashes, line ends, templates and
// invisible characters are escaped.
func hclText(s string) expression { return hclwrite.TokensForValue(cty.StringVal(s)) }

func hclBool(b bool) expression { return hclwrite.TokensForValue(cty.BoolVal(b)) }

func hclInt(i int) expression { return hclwrite.TokensForValue(cty.NumberIntVal(int64(i))) }

// address returns a reference to another object of the same file.
func address(root string, steps ...string) expression {
	t := hcl.Traversal{hcl.TraverseRoot{Name: root}}
	for _, step := range steps {
		t = append(t, hcl.TraverseAttr{Name: step})
	}
	return hclwrite.TokensForTraversal(t)
}

// hclList returns a list with one item per line.
func hclList(items []expression) expression {
	if len(items) == 0 {
		return hclwrite.TokensForTuple(nil)
	}
	tokens := expression{token(hclsyntax.TokenOBrack, "["), newline()}
	for _, item := range items {
		tokens = append(append(tokens, item...), token(hclsyntax.TokenComma, ","), newline())
	}
	return append(tokens, token(hclsyntax.TokenCBrack, "]"))
}

func hclTexts(list []string) expression {
	items := make([]expression, len(list))
	for i, s := range list {
		items[i] = hclText(s)
	}
	return hclwrite.TokensForTuple(items)
}

// hclPairs returns an object of strings, in order.
func hclPairs(pairs [][2]string) expression {
	attrs := make([]hclwrite.ObjectAttrTokens, len(pairs))
	for i, p := range pairs {
		attrs[i] = hclwrite.ObjectAttrTokens{Name: hclwrite.TokensForIdentifier(p[0]), Value: hclText(p[1])}
	}
	return hclwrite.TokensForObject(attrs)
}

func token(kind hclsyntax.TokenType, s string) *hclwrite.Token {
	return &hclwrite.Token{Type: kind, Bytes: []byte(s)}
}

func newline() *hclwrite.Token { return token(hclsyntax.TokenNewline, "\n") }
