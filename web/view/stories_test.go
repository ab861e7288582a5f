package view_test

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"authpocket/sandbox/stories"
	"authpocket/web/view"
)

// TestStories renders every page in every state and holds it against what
// all pages have in common.
func TestStories(t *testing.T) {
	for _, s := range stories.All(view.Assets{Styles: "s", Pages: "p", App: "a", HTMX: "h", Icon: "i"}) {
		t.Run(s.Name, func(t *testing.T) {
			var b strings.Builder
			if err := s.Page.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			doc, err := html.Parse(strings.NewReader(b.String()))
			if err != nil {
				t.Fatal(err)
			}
			examine(t, doc, b.String())
			if !strings.HasPrefix(s.Name, "receipt") { // where the same was done twice
				examineHeadings(t, doc)
			}
			if strings.Contains(b.String(), "(p.") {
				t.Error("a component's call stands in the text")
			}
		})
	}
}

// glued is text that whatever follows it has to be apart from.
var glued = regexp.MustCompile(`[\pL.]$`)

// examine checks what holds for every page.
func examine(t *testing.T, doc *html.Node, text string) {
	t.Helper()
	if n := len(all(doc, "h1")); n != 1 {
		t.Errorf("%d h1, want 1", n)
	}
	if len(all(doc, "main")) != 1 || len(all(doc, "header")) != 1 || len(all(doc, "footer")) != 1 {
		t.Error("main, header and footer have to be there once each")
	}
	for _, bad := range []string{"style=", "hx-on", "js:", "onclick", "<script>", " [ ", "%!"} {
		if strings.Contains(text, bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
	for _, word := range []string{"please", "oops", "sorry", " invalid"} {
		if strings.Contains(strings.ToLower(text), word) {
			t.Errorf("the page says %q", word)
		}
	}
	ids := examineIDs(t, doc)
	for _, input := range append(append(all(doc, "input"), all(doc, "textarea")...), all(doc, "select")...) {
		examineControl(t, doc, input, ids)
	}
	for _, n := range append(all(doc, "a"), all(doc, "span")...) {
		before := n.PrevSibling
		if (n.Data == "a" || attr(n, "class") == "optional") && before != nil && before.Type == html.TextNode &&
			glued.MatchString(before.Data) {
			t.Errorf("no space before what follows %q", before.Data)
		}
	}
	for _, a := range all(doc, "a") {
		if href := attr(a, "href"); len(href) > 1 && href[0] == '#' && !ids[href[1:]] {
			t.Errorf("a link leads to %s, which is not on the page", href)
		}
	}
}

// examineHeadings: nothing is said twice in large letters.
func examineHeadings(t *testing.T, doc *html.Node) {
	t.Helper()
	seen := map[string]bool{}
	walk(doc, func(n *html.Node) {
		if n.Data != "h1" && n.Data != "h2" && attr(n, "class") != "note-head" {
			return
		}
		var words []string
		for inner := range n.Descendants() {
			if inner.Type == html.TextNode && attr(inner.Parent, "class") != "unseen" &&
				attr(inner.Parent, "class") != "step" {
				words = append(words, strings.Fields(inner.Data)...)
			}
		}
		heading := strings.Join(words, " ")
		if seen[heading] {
			t.Errorf("the heading %q is there twice", heading)
		}
		seen[heading] = true
	})
}

func examineIDs(t *testing.T, doc *html.Node) map[string]bool {
	t.Helper()
	ids := map[string]bool{}
	walk(doc, func(n *html.Node) {
		id := attr(n, "id")
		if id != "" && ids[id] {
			t.Errorf("the id %q is there twice", id)
		}
		ids[id] = true
	})
	walk(doc, func(n *html.Node) {
		for _, id := range strings.Fields(attr(n, "aria-describedby")) {
			if !ids[id] {
				t.Errorf("%s is described by %q, which is not on the page", n.Data, id)
			}
		}
	})
	return ids
}

func examineControl(t *testing.T, doc, input *html.Node, ids map[string]bool) {
	t.Helper()
	kind := attr(input, "type")
	if kind == "hidden" {
		return
	}
	labelled := false
	for _, l := range all(doc, "label") {
		labelled = labelled || attr(l, "for") == attr(input, "id")
	}
	if !labelled {
		t.Errorf("the control %q has no label", attr(input, "name"))
	}
	if kind == "password" && has(input, "value") {
		t.Errorf("the password control %q has a value", attr(input, "name"))
	}
	if has(input, "required") {
		t.Errorf("the control %q is marked as required", attr(input, "name"))
	}
}

func walk(n *html.Node, visit func(*html.Node)) {
	for node := range n.Descendants() {
		if node.Type == html.ElementNode {
			visit(node)
		}
	}
}

func all(n *html.Node, tag string) []*html.Node {
	var found []*html.Node
	walk(n, func(node *html.Node) {
		if node.Data == tag {
			found = append(found, node)
		}
	})
	return found
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}
