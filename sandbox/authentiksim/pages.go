package authentiksim

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
)

//go:embed pages
var pageFiles embed.FS

// pages are the simulator's HTML pages. Each says that it is simulated.
type pages struct {
	templates map[string]*template.Template
	style     []byte
}

// pageView is what every page shows. Heading is its card's title.
type pageView struct {
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

func (p *pages) render(status int, name string, view pageView) answer {
	var page bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&page, "layout", view); err != nil {
		panic(fmt.Sprintf("rendering the page %s: %v", name, err)) // the views are the simulator's own
	}
	return answer{status: status, kind: htmlType, body: page.Bytes()}
}

func (c *call) messagePage(status int, title, heading, message string) answer {
	return c.pages.render(status, "message", pageView{Title: title, Heading: heading, Body: message})
}

// errorPage is a page about what is wrong with a request.
func (c *call) errorPage(status int, heading, message string) answer {
	return c.messagePage(status, "authentik", heading, message)
}

func (c *call) notFoundPage() answer {
	return c.errorPage(http.StatusNotFound, "Not Found", "There is no page at this address.")
}

// deniedPage tells somebody that they may not use an application. As in
// authentik its status is 200.
func (c *call) deniedPage(reason string) answer {
	return c.messagePage(http.StatusOK, "Permission denied - authentik", "Permission denied", reason)
}

// formPostView is a form that carries values to an application.
type formPostView struct {
	Action, Application string
	Values              map[string]string
}

// formPostPage delivers values with response_mode=form_post. Without JavaScript
// a person presses the button.
func (c *call) formPostPage(action string, app *Application, values url.Values) answer {
	view := formPostView{Action: action, Application: app.Name, Values: map[string]string{}}
	for key := range values {
		view.Values[key] = values.Get(key)
	}
	return c.pages.render(http.StatusOK, "form_post", pageView{Title: "authentik", Heading: "Redirecting to " + app.Name, Body: view})
}

func stylesheet(c *call) (answer, error) {
	return answer{status: http.StatusOK, kind: "text/css; charset=utf-8", body: c.pages.style}, nil
}
