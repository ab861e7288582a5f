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
	"strings"
	"testing"
)

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

// typed is the code of a package with its types.
type typed struct {
	files *token.FileSet
	types *types.Package
	info  types.Info
}

// file returns the name of the file in which something stands.
func (p typed) file(at token.Pos) string { return filepath.Base(p.files.Position(at).Filename) }

// packagesWithTypes returns those packages of ours that the package of the path is made of.
func packagesWithTypes(t *testing.T, path string) (all []typed) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps",
		"-json=ImportPath,Dir,Export,GoFiles", path).Output()
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
		if strings.HasPrefix(p.ImportPath, module) {
			own = append(own, p)
		}
	}
	files := token.NewFileSet()
	imports := importer.ForCompiler(files, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	for _, p := range own {
		all = append(all, withTypes(t, files, imports, p))
	}
	return all
}

func withTypes(t *testing.T, files *token.FileSet, imports types.Importer, p listed) typed {
	t.Helper()
	var parsed []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	is := typed{files: files, info: types.Info{Types: map[ast.Expr]types.TypeAndValue{},
		Uses: map[*ast.Ident]types.Object{}}}
	var err error
	if is.types, err = (&types.Config{Importer: imports}).Check(p.ImportPath, files, parsed, &is.info); err != nil {
		t.Fatalf("%s: %v", p.ImportPath, err)
	}
	return is
}
