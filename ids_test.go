package authpocket_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	Standard, DepOnly       bool
}

// Ids of causes, checks and warnings are written in their catalogues only.
func TestIDsAreWrittenInTheirCatalogues(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps",
		"-json=ImportPath,Dir,Export,GoFiles,Standard,DepOnly", "./cmd/authpocket")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	var own []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if strings.HasPrefix(p.ImportPath, "authpocket/") {
			own = append(own, p)
		}
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser,
		error) {
		return os.Open(exports[path])
	})
	ids := 0
	for _, p := range own {
		ids += idsOf(t, files, imports, p)
	}
	if ids < 80 {
		t.Errorf("the catalogues have %d ids", ids)
	}
}

// idsOf holds one package to the rule, and counts the ids of its catalogues.
func idsOf(t *testing.T, files *token.FileSet, imports types.Importer, p listed) (ids int) {
	t.Helper()
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: imports}).Check(p.ImportPath, files, parsed, &info); err != nil {
		t.Fatalf("%s: %v", p.ImportPath, err)
	}
	for expr, is := range info.Types {
		literal, ok := expr.(*ast.BasicLit)
		if !ok || literal.Value == `""` || literal.Value == `"."` {
			continue
		}
		switch types.TypeString(is.Type, nil) {
		case "authpocket/internal/report.CauseID", "authpocket/internal/report.CheckID",
			"authpocket/internal/link.WarningID":
			at := files.Position(literal.Pos())
			if !slices.Contains([]string{"cause.go", "check.go", "warning.go"}, filepath.Base(at.Filename)) {
				t.Errorf("%s: the id %s stands outside the catalogues", at, literal.Value)
			}
			ids++
		}
	}
	return ids
}
