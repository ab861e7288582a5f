package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestThePagesAreCurrent(t *testing.T) {
	dir := t.TempDir()
	if err := writePages(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range pages(t, dir) {
		kept, err := os.ReadFile(filepath.Join("../../docs", name))
		if err != nil || string(kept) != text {
			t.Errorf("docs/%s is not current; run make generate: %v", name, err)
		}
	}
}

func TestEveryCheckIsOnThePage(t *testing.T) {
	source, err := os.ReadFile("../report/check.go")
	if err != nil {
		t.Fatal(err)
	}
	ids := regexp.MustCompile(`CheckID = "([a-z0-9.-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(ids) < 30 || len(ids) != len(checks()) {
		t.Errorf("there are %d checks, %d on the page", len(ids), len(checks()))
	}
	for _, id := range ids {
		if n := strings.Count(checksPage(), "\n| `"+id[1]+"` |"); n != 1 {
			t.Errorf("%s is on the page %d times", id[1], n)
		}
	}
}

// TestEveryVariableIsOnThePage looks for the variables that the program reads.
func TestEveryVariableIsOnThePage(t *testing.T) {
	read := map[string]bool{}
	name := regexp.MustCompile(`"(AUTHPOCKET_[A-Z_]+)"|(?:Getenv|lookupEnv|LookupEnv|env)\("(\w+)"\)`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "test" || d.Name() == "sandbox" || d.Name() == "e2e"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range name.FindAllStringSubmatch(string(text), -1) {
			read[found[1]+found[2]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(read) < 18 {
		t.Errorf("the program reads only %d variables", len(read))
	}
	page := environmentPage()
	for variable := range read {
		if !strings.Contains(page, "`"+variable+"`") {
			t.Errorf("docs/environment.md does not name %s", variable)
		}
	}
	for _, row := range regexp.MustCompile("`(AUTHPOCKET_[A-Z_]+)`").FindAllStringSubmatch(page, -1) {
		if !read[row[1]] {
			t.Errorf("docs/environment.md names %s, which nothing reads", row[1])
		}
	}
}
