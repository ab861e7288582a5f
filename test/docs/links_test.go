package docs_test

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	inline  = regexp.MustCompile(`\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)?)\)`)
	angled  = regexp.MustCompile(`<(https?:[^>]*)>`)
	anyLink = regexp.MustCompile(`\]\(`)
)

// links returns the targets of a page's links and pictures.
func (p page) links() (targets []string) {
	prose := codeSpan.ReplaceAllString(p.prose, "")
	for _, of := range []*regexp.Regexp{inline, angled} {
		for _, found := range of.FindAllStringSubmatch(prose, -1) {
			targets = append(targets, found[1])
		}
	}
	if written := len(anyLink.FindAllString(prose, -1)); written != len(inline.FindAllString(prose, -1)) {
		targets = append(targets, "a link that this test cannot read")
	}
	return targets
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages := allPages(t)
	byPath := map[string]page{}
	for _, p := range pages {
		byPath[p.path] = p
	}
	count := 0
	for _, p := range pages {
		for _, target := range p.links() {
			count++
			if problem := wrong(p, target, byPath); problem != "" {
				t.Errorf("%s: the link to %q %s", p.path, target, problem)
			}
		}
	}
	if count < 200 {
		t.Errorf("the pages have only %d links", count)
	}
}

// wrong returns what is wrong with a link of a page, nothing if it leads somewhere. Other sites are not asked.
func wrong(from page, target string, pages map[string]page) string {
	u, err := url.Parse(target)
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme != "https" || u.Host == "" {
			return "is not https"
		}
		return ""
	}
	if strings.HasPrefix(from.path, "docs/upstream/") && strings.HasPrefix(u.Path, "/") {
		return "" // a page of the site that the guide is for
	}
	to := from.path
	if u.Path != "" {
		to = path.Join(path.Dir(from.path), u.Path)
	}
	if _, err := os.Stat(filepath.Join(root, to)); err != nil {
		return "leads to no file"
	}
	if u.Fragment == "" {
		return ""
	}
	page, known := pages[to]
	if !known || !slices.Contains(page.anchors(), u.Fragment) {
		return "leads to no heading"
	}
	return ""
}

func TestWrongLinksAreFound(t *testing.T) {
	from := parsePage("docs/receipts.md", "# One & two\n\n## Same\n\n## Same\n\n<a id=\"own\"></a>\n"+
		"```\n# no heading\n```\n")
	pages := map[string]page{from.path: from}
	for target, want := range map[string]string{
		"#one--two": "", "#same-1": "", "#own": "", "run.md": "", "../README.md": "", "https://a.b/c#d": "", "cli": "",
		"#same-2": "leads to no heading", "#no-heading": "leads to no heading", "README.rst": "leads to no file",
		"run.md#anything": "leads to no heading", "http://a.b": "is not https", "//a.b/c": "is not https",
	} {
		if got := wrong(from, target, pages); got != want {
			t.Errorf("the link to %s: %q, want %q", target, got, want)
		}
	}
	if got := parsePage("a.md", "[a](b.md) `[c](d.md)` <https://e.f> [g][h](i j)").links(); len(got) != 3 {
		t.Errorf("the links are %q", got)
	}
}

// TestTheIndexLeadsToEveryPage follows links from docs/README.md to every page of docs.
func TestTheIndexLeadsToEveryPage(t *testing.T) {
	pages := map[string]page{}
	for _, p := range allPages(t) {
		pages[p.path] = p
	}
	seen := map[string]bool{}
	for next := []string{"docs/README.md"}; len(next) > 0; next = next[1:] {
		p, known := pages[next[0]]
		if seen[next[0]] || !known {
			continue
		}
		seen[p.path] = true
		for _, target := range p.links() {
			to, _, _ := strings.Cut(target, "#")
			next = append(next, path.Join(path.Dir(p.path), to))
		}
	}
	for name := range pages {
		if strings.HasPrefix(name, "docs/") && !seen[name] {
			t.Errorf("no link leads from docs/README.md to %s", name)
		}
	}
}

// TestThePicturesAreSmall holds pictures to a size that a page can have.
func TestThePicturesAreSmall(t *testing.T) {
	pictures, err := filepath.Glob(filepath.Join(root, "docs/pictures/*"))
	if err != nil || len(pictures) < 3 {
		t.Fatalf("there are %d pictures: %v", len(pictures), err)
	}
	var all int64
	shown := ""
	for _, p := range written(t) {
		shown += fmt.Sprintln(p.links())
	}
	for _, picture := range pictures {
		info, err := os.Stat(picture)
		if err != nil {
			t.Fatal(err)
		}
		all += info.Size()
		if !strings.Contains(shown, "pictures/"+filepath.Base(picture)) {
			t.Errorf("no page shows %s", filepath.Base(picture))
		}
	}
	if all > 600_000 {
		t.Errorf("the pictures have %d bytes together", all)
	}
}
