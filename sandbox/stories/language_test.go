package stories_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/say"
	"authpocket/sandbox/stories"
	"authpocket/web/view"
)

// TestNothingOfAPageStaysEnglish compares every page in English with itself in every other language. Prose that is the
// same in both has no translation, unless it is the story's own.
func TestNothingOfAPageStaysEnglish(t *testing.T) {
	languages, err := say.Load()
	if err != nil {
		t.Fatal(err)
	}
	own := sources(t) + "docker logs" // a command
	for _, d := range []link.EmailDecision{link.EmailTrustAll, link.EmailTrustAttribute} {
		own += mappings.Email(d).Name + mappings.Email(d).Description // which authentik shows, too
	}
	// Between these a story may have put values. The words are the same in other languages.
	parts := regexp.MustCompile(`[.:;?,] |[“”()0-9·]| – |\b(?:collection|slot) \w+|\bslug \S+`)
	prose := regexp.MustCompile(`\b[a-z]{2,} (?:[a-z]+ )*[a-z]{2,}\b`)
	for _, l := range languages.All()[1:] {
		for _, story := range stories.All(view.Assets{}) {
			english := read(t, story, languages.English())
			for said := range read(t, story, l) {
				for _, part := range parts.Split(said, -1) {
					if english[said] && prose.MatchString(part) && !strings.Contains(own, strings.TrimSpace(part)) {
						t.Errorf("%s in %s: %q", story.Name, l.Tag, said)
						break
					}
				}
			}
		}
	}
}

// read returns what people read of a story: its texts and the attributes that are read out.
func read(t *testing.T, story stories.Story, l *say.Language) map[string]bool {
	t.Helper()
	var page bytes.Buffer
	if err := story.Page.Render(say.With(t.Context(), l), &page); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&page)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type == html.TextNode &&
			!slices.Contains([]string{"pre", "code", "textarea", "noscript"}, n.Parent.Data) {
			all[strings.TrimSpace(n.Data)] = true
		}
		for _, a := range n.Attr {
			if a.Key == "aria-label" || a.Key == "title" || a.Key == "placeholder" || a.Key == "alt" {
				all[a.Val] = true
			}
		}
	}
	return all
}

// sources returns the program text of the stories, which has the words that are theirs. What is said as a text is none:
// the program says it, too, and has its translation.
func sources(t *testing.T) string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(source)
	}
	joined := regexp.MustCompile(`"\s*\+\s*"`).ReplaceAllString(all.String(), "")
	joined = regexp.MustCompile(`\bsay\.(Of|Count)\([^"()]*"[^"]*"`).ReplaceAllString(joined, "") // the program's words
	host := regexp.MustCompile(`\blong += "(.*)"`).FindStringSubmatch(joined)
	return joined + strings.ReplaceAll(joined, "%s", host[1])
}
