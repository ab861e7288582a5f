package authentik

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
)

// TestEveryCauseIsInTheCatalogue: each constant of this package whose name
// begins with cause is an entry.
func TestEveryCauseIsInTheCatalogue(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, isValue := n.(*ast.ValueSpec)
			if !isValue || !strings.HasPrefix(spec.Names[0].Name, "cause") || len(spec.Values) == 0 {
				return true
			}
			literal, isLiteral := spec.Values[0].(*ast.BasicLit)
			if !isLiteral {
				t.Errorf("%s is no literal", spec.Names[0].Name)
				return true
			}
			read++
			cause, err := strconv.Unquote(literal.Value)
			if _, found := link.FindCause(cause); err != nil || !found {
				t.Errorf("%s: %q is not in the catalogue", spec.Names[0].Name, cause)
			}
			return true
		})
	}
	if read < 15 {
		t.Errorf("only %d causes were read", read)
	}
}
