// Package docs_test holds the documentation to the program: every link leads somewhere, every link file is one that the
// program takes, and every command works.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const root = "../.."

// page is a Markdown file.
type page struct {
	path   string // from the root
	prose  string // without fenced blocks
	blocks []block
}

// block is a fenced block, such as ```yaml links.yaml.
type block struct {
	language string
	name     string // of the file, empty if the page does not name one
	line     int    // where its text begins
	text     string
}

var fence = regexp.MustCompile("^( *)```+ *([\\w-]*) *(\\S*)$")

// readPage reads a Markdown file.
func readPage(t *testing.T, path string) page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return parsePage(path, string(text))
}

func parsePage(path, text string) page {
	p := page{path: path}
	var prose strings.Builder
	var open *block
	indent := ""
	for i, line := range strings.Split(text, "\n") {
		found := fence.FindStringSubmatch(line)
		switch {
		case open == nil && found != nil:
			indent = found[1]
			open = &block{language: found[2], name: found[3], line: i + 2}
		case open != nil && found != nil:
			p.blocks = append(p.blocks, *open)
			open = nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		default:
			prose.WriteString(line)
		}
		prose.WriteString("\n") // lines keep their numbers
	}
	p.prose = prose.String()
	return p
}

// written returns the pages that people write. Those in docs/cli are generated.
func written(t *testing.T) []page {
	t.Helper()
	return slices.DeleteFunc(allPages(t), func(p page) bool { return strings.HasPrefix(p.path, "docs/cli/") })
}

// allPages returns every Markdown file of the root and of docs.
func allPages(t *testing.T) (pages []page) {
	t.Helper()
	top, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range top {
		pages = append(pages, readPage(t, filepath.Base(path)))
	}
	err = filepath.WalkDir(filepath.Join(root, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			name, _ := filepath.Rel(root, path)
			pages = append(pages, readPage(t, filepath.ToSlash(name)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) < 40 {
		t.Errorf("there are only %d pages", len(pages))
	}
	return pages
}

var (
	codeSpan = regexp.MustCompile("`[^`]+`")
	named    = regexp.MustCompile(`<a id="([^"]+)">`)
)

// anchors returns what a link to the page can name after #, as GitHub makes it of headings.
func (p page) anchors() []string {
	var names []string
	times := map[string]int{}
	for line := range strings.Lines(p.prose) {
		for _, id := range named.FindAllStringSubmatch(line, -1) {
			names = append(names, id[1])
		}
		title := strings.TrimLeft(line, "#")
		if title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		slug := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title))
		if n := times[slug]; n > 0 {
			names = append(names, slug+"-"+strconv.Itoa(n))
		} else {
			names = append(names, slug)
		}
		times[slug]++
	}
	return names
}
