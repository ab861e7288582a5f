package authpocket_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/architecture.md names files and packages that are there, and every package of the product.
func TestArchitectureNamesWhatIsThere(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, pathsBelow(t, "cmd", "deploy", "docs", "e2e", "internal", "sandbox", "static", "test", "web")...)
	named := regexp.MustCompile("`([a-z][a-z0-9_-]*(?:/[a-z0-9_-]+)+(?:\\.[a-z.]+)?|[a-z0-9_]+\\.(?:go|templ|js|md))`")
	found := named.FindAllStringSubmatch(string(text), -1)
	if len(found) < 100 {
		t.Fatalf("it names %d paths", len(found))
	}
	for _, one := range found {
		if !slices.ContainsFunc(all, func(path string) bool { return strings.HasSuffix("/"+path, "/"+one[1]) }) {
			t.Errorf("there is no %s", one[1])
		}
	}
	for _, pkg := range packagesWithTypes(t, "./cmd/authpocket") { // with all that it imports
		path := strings.TrimPrefix(pkg.types.Path(), "authpocket/")
		if !strings.Contains(string(text), "`"+path+"`") &&
			!nearby(string(text), filepath.Dir(path), filepath.Base(path)) {
			t.Errorf("it does not name %s", path)
		}
	}
}

// nearby reports whether a line that names the parent of a package names the package by its last element.
func nearby(text, parent, last string) bool {
	return slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.Contains(line, "`"+parent+"`") && strings.Contains(line, "`"+last+"`")
	})
}

func pathsBelow(t *testing.T, roots ...string) (paths []string) {
	t.Helper()
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			paths = append(paths, filepath.ToSlash(path))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return paths
}
