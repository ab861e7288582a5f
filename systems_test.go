package authpocket_test

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/suite/vet"
	load "golang.org/x/tools/go/packages"
)

// TestItIsVettedForOtherSystems does what go vet does with another GOOS, from source alone: go vet compiles all that a
// package imports first, which takes ten times as long. Tests are vetted on these systems themselves.
func TestItIsVettedForOtherSystems(t *testing.T) {
	for _, system := range []string{"windows/amd64", "darwin/arm64", "linux/arm"} {
		t.Run(system, func(t *testing.T) {
			goos, goarch, _ := strings.Cut(system, "/")
			product, err := load.Load(&load.Config{
				Context: t.Context(), Mode: load.LoadAllSyntax,
				Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch),
			}, "./cmd/authpocket", "./internal/...", "./web/...", "./static")
			if err != nil {
				t.Fatal(err)
			}
			load.Visit(product, nil, func(p *load.Package) {
				for _, err := range p.Errors {
					t.Errorf("%s: %v", p.PkgPath, err)
				}
			})
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
