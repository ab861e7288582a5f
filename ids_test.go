package authpocket_test

import (
	"go/ast"
	"go/types"
	"path/filepath"
	"slices"
	"testing"
)

// Ids of causes, checks and warnings are written in their catalogues only.
func TestIDsAreWrittenInTheirCatalogues(t *testing.T) {
	ids := 0
	for _, p := range packagesWithTypes(t, "./cmd/authpocket") {
		ids += idsOf(t, p)
	}
	if ids < 80 {
		t.Errorf("the catalogues have %d ids", ids)
	}
}

// idsOf holds one package to the rule, and counts the ids of its catalogues.
func idsOf(t *testing.T, p typed) (ids int) {
	t.Helper()
	for expr, is := range p.info.Types {
		literal, ok := expr.(*ast.BasicLit)
		if !ok || literal.Value == `""` || literal.Value == `"."` {
			continue
		}
		switch types.TypeString(is.Type, nil) {
		case "authpocket/internal/report.CauseID", "authpocket/internal/report.CheckID",
			"authpocket/internal/report.WarningID":
			at := p.files.Position(literal.Pos())
			if !slices.Contains([]string{"cause.go", "check.go", "warning.go"}, filepath.Base(at.Filename)) {
				t.Errorf("%s: the id %s stands outside the catalogues", at, literal.Value)
			}
			ids++
		}
	}
	return ids
}
