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

// pages are the simulator's HTML pages. Each says that it is simulated.
type pages struct {
	templates map[string]*template.Template
	style     []byte
}

// pageView is what every page shows. Heading is its card's title.
type PageView struct {
	Title, Heading string
	Wide           bool
	Body           any
}

// loadPages reads the pages, which are compiled in: one that cannot be read is
// a fault of the program.
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

func (p *pages) Render(status int, name string, view PageView) Answer {
	var page bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&page, "layout", view); err != nil {
		panic(fmt.Sprintf("rendering the page %s: %v", name, err)) // the views are the simulator's own
	}
	return Answer{Status: status, ContentType: HTML, Body: page.Bytes()}
}

func (c *Call) MessagePage(status int, title, heading, message string) Answer {
	return c.Pages.Render(status, "message", PageView{Title: title, Heading: heading, Body: message})
}

// errorPage is a page about what is wrong with a request.
func (c *Call) ErrorPage(status int, heading, message string) Answer {
	return c.MessagePage(status, "authentik", heading, message)
}

func (c *Call) NotFoundPage() Answer {
	return c.ErrorPage(http.StatusNotFound, "Not Found", "There is no page at this address.")
}

// deniedPage tells somebody that they may not use an application. As in
// authentik its status is 200.
func (c *Call) DeniedPage(reason string) Answer {
	return c.MessagePage(http.StatusOK, "Permission denied - authentik", "Permission denied", reason)
}

func Stylesheet(c *Call) (Answer, error) {
	return Answer{Status: http.StatusOK, ContentType: "text/css; charset=utf-8", Body: c.Pages.style}, nil
}
