package serve

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

// pages renders the simulator's HTML pages. Every page states that it is simulated.
type pages struct {
	templates map[string]*template.Template
	style     []byte
}

// PageView is the content of a page. Heading is the title of its card.
type PageView struct {
	Title, Heading string
	Wide           bool
	Body           any
}

// loadPages parses the embedded pages and panics if one is invalid.
func loadPages() *pages {
	p := &pages{templates: map[string]*template.Template{}}
	for _, name := range []string{"login", "consent", "message", "form_post", "overview"} {
		p.templates[name] = template.Must(template.ParseFS(pageFiles, "pages/layout.html", "pages/"+name+".html"))
	}
	style, err := pageFiles.ReadFile("pages/style.css")
	if err != nil {
		panic(fmt.Sprintf("reading the pages' style: %v", err))
	}
	p.style = style
	return p
}

// Render returns a page as an answer.
func (p *pages) Render(status int, name string, view PageView) Answer {
	var page bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&page, "layout", view); err != nil {
		panic(fmt.Sprintf("rendering the page %s: %v", name, err)) // a fault of the simulator
	}
	return Answer{Status: status, ContentType: HTML, Body: page.Bytes()}
}

// MessagePage returns a page with one message.
func (c *Call) MessagePage(status int, title, heading, message string) Answer {
	return c.Pages.Render(status, "message", PageView{Title: title, Heading: heading, Body: message})
}

// ErrorPage returns a page that describes a bad request.
func (c *Call) ErrorPage(status int, heading, message string) Answer {
	return c.MessagePage(status, "authentik", heading, message)
}

// NotFoundPage returns the page for unknown paths.
func (c *Call) NotFoundPage() Answer {
	return c.ErrorPage(http.StatusNotFound, "Not Found", "There is no page at this address.")
}

// DeniedPage returns the page for users who may not use an application. As in authentik, its status is 200.
func (c *Call) DeniedPage(reason string) Answer {
	return c.MessagePage(http.StatusOK, "Permission denied - authentik", "Permission denied", reason)
}

// Stylesheet answers GET /static/simulated/style.css.
func Stylesheet(c *Call) (Answer, error) {
	return Answer{Status: http.StatusOK, ContentType: "text/css; charset=utf-8", Body: c.Pages.style}, nil
}
