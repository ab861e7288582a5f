// Package walk goes through the wizard without a browser: it fills in the forms of its pages and sends them.
package walk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Page is an answer of the wizard.
type Page struct {
	URL    *url.URL // of the request
	Status int
	Header http.Header
	Text   string
	doc    *html.Node
}

// Location is where the answer sends the browser, nil for nowhere.
func (p *Page) Location() *url.URL {
	to := p.Header.Get("Location")
	if to == "" {
		return nil
	}
	u, err := p.URL.Parse(to)
	if err != nil {
		return nil
	}
	return u
}

// form returns what a browser would send of the form that leads to an address.
func (p *Page) form(to *url.URL) (url.Values, error) {
	for n := range p.doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" {
			continue
		}
		if action, err := p.URL.Parse(attribute(n, "action")); err != nil || action.Path != to.Path {
			continue
		}
		values := url.Values{}
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && attribute(c, "name") != "" && attribute(c, "form") == "" {
				collect(values, c)
			}
		}
		return values, nil
	}
	return nil, fmt.Errorf("%s (%d) has no form that leads to %s", p.URL.Path, p.Status, to.Path)
}

// Data returns an attribute of the first element that has it.
func (p *Page) Data(name string) string {
	for n := range p.doc.Descendants() {
		if has(n, name) {
			return attribute(n, name)
		}
	}
	return ""
}

// Says reports whether the page's text has the words.
func (p *Page) Says(words string) bool {
	var text []string
	for n := range p.doc.Descendants() {
		if n.Type == html.TextNode {
			text = append(text, strings.Fields(n.Data)...)
		}
	}
	return strings.Contains(strings.Join(text, " "), words)
}

func collect(values url.Values, n *html.Node) {
	name := attribute(n, "name")
	switch n.Data {
	case "textarea":
		if n.FirstChild != nil {
			values.Set(name, n.FirstChild.Data)
		} else {
			values.Set(name, "")
		}
	case "select":
		values.Set(name, selected(n))
	case "input":
		kind := attribute(n, "type")
		if kind == "file" || (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
			return
		}
		values.Add(name, attribute(n, "value"))
	}
}

// selected returns the chosen option of a select, or else the first.
func selected(n *html.Node) string {
	first, found := "", false
	for o := range n.Descendants() {
		switch {
		case o.Data != "option":
		case has(o, "selected"):
			return attribute(o, "value")
		case !found:
			first, found = attribute(o, "value"), true
		}
	}
	return first
}

func attribute(n *html.Node, key string) string {
	if i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key }); i >= 0 {
		return n.Attr[i].Val
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}
