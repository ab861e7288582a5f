package door

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testFiles is the text of all tests of the tree.
func testFiles(t *testing.T, root string) []byte {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "out") {
				return fs.SkipDir
			}
			return err
		}
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".test.mjs") {
			text, err := os.ReadFile(path)
			all.Write(text)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.Bytes()
}

func TestEveryNamedTestExists(t *testing.T) {
	root := filepath.Join("..", "..")
	model, err := os.ReadFile(filepath.Join(root, "docs", "threat-model.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests, name, lines := testFiles(t, root), regexp.MustCompile("`([^`]+)`"), 0
	for line := range strings.Lines(string(model)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| attacker") {
			continue
		}
		lines++
		named := name.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 4 || len(named) == 0 {
			t.Errorf("the line names no test: %s", line)
		}
		for _, one := range named {
			if !exists(tests, one[1]) {
				t.Errorf("there is no test %q", one[1])
			}
		}
	}
	if lines < 20 {
		t.Errorf("the threat model has %d lines", lines)
	}
}

// exists looks for a Go test by its name and for a browser test by its title.
func exists(tests []byte, name string) bool {
	if strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
		return bytes.Contains(tests, []byte("\nfunc "+name+"("))
	}
	return regexp.MustCompile("\n *test\\(['`][^\n]*" + regexp.QuoteMeta(name)).Match(tests)
}
