package authpocket_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/suite/vet"
	load "golang.org/x/tools/go/packages"
)

// TestItIsVettedForOtherSystems does what go vet does with another GOOS, from source alone: go vet compiles all that a
// package imports first, which takes far longer. Tests are vetted on these systems themselves.
func TestItIsVettedForOtherSystems(t *testing.T) {
	sources := sources{token.NewFileSet(), map[string]*ast.File{}}
	for _, system := range []string{"windows/amd64", "darwin/arm64", "linux/arm"} {
		t.Run(system, func(t *testing.T) {
			goos, goarch, _ := strings.Cut(system, "/")
			product, err := load.Load(&load.Config{
				Context: t.Context(), Fset: sources.set,
				Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch),
				Mode: load.NeedName | load.NeedFiles | load.NeedCompiledGoFiles | load.NeedImports | load.NeedDeps |
					load.NeedTypesSizes | load.NeedModule,
			}, "./cmd/authpocket", "./internal/...", "./web/...", "./static")
			if err != nil {
				t.Fatal(err)
			}
			load.Visit(product, nil, func(p *load.Package) { sources.check(t, p) })
			if t.Failed() || len(product) < 40 {
				t.Fatalf("%d packages are loaded", len(product))
			}
			graph, err := checker.Analyze(vet.Suite, product, nil)
			if err != nil {
				t.Fatal(err)
			}
			for action := range graph.All() {
				if !action.IsRoot {
					continue
				}
				if action.Err != nil {
					t.Errorf("%s: %v", action, action.Err)
				}
				for _, d := range action.Diagnostics {
					t.Errorf("%s: %s", action.Package.Fset.Position(d.Pos), d.Message)
				}
			}
		})
	}
}

// sources are files, each parsed once for all systems.
type sources struct {
	set    *token.FileSet
	parsed map[string]*ast.File
}

// parse returns a file.
func (s sources) parse(t *testing.T, path string) *ast.File {
	t.Helper()
	if s.parsed[path] == nil {
		file, err := parser.ParseFile(s.set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		s.parsed[path] = file
	}
	return s.parsed[path]
}

// check adds the types to a package whose imports have theirs. Of the packages of others it reads the declarations
// only, as a compiler reads what they export: their functions are theirs to vet, and are most of the work.
func (s sources) check(t *testing.T, p *load.Package) {
	t.Helper()
	for _, err := range p.Errors {
		t.Errorf("%s: %v", p.PkgPath, err)
	}
	p.Fset = s.set
	p.TypesInfo = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
	if p.PkgPath == "unsafe" {
		p.Types = types.Unsafe
		return
	}
	ours := p.Module != nil && p.Module.Main
	config := types.Config{
		Importer: imported(p.Imports), Sizes: p.TypesSizes,
		IgnoreFuncBodies: !ours, DisableUnusedImportCheck: !ours,
		Error: func(err error) { t.Errorf("%s: %v", p.PkgPath, err) },
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	var files []*ast.File
	for _, path := range p.CompiledGoFiles {
		files = append(files, s.parse(t, path))
	}
	info := p.TypesInfo
	if ours {
		p.Syntax = files
	} else {
		info = nil
	}
	p.Types, _ = config.Check(p.PkgPath, s.set, files, info)
}

// imported finds what a package imports, under the paths that its files say.
type imported map[string]*load.Package

// Import returns the types of an imported package.
func (i imported) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	return i[path].Types, nil
}
