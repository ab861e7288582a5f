package door

import (
	"log/slog"
	"net/http"

	"authpocket/internal/say"
	"authpocket/web/view"
)

// Page holds what the page shows that asks for the setup code.
type Page struct {
	Head    view.Head
	To      string // the page to open after the code
	Problem say.Text
	Printed bool // a code was printed just now
	Was     bool // the browser was signed in before
	NoCode  bool // no code is valid
}

func (p Page) problems() view.Problems {
	if p.Problem.Empty() {
		return nil
	}
	return view.Problems{{Target: "code", Text: p.Problem}}
}

// Framed returns the page in a frame.
func (p Page) Framed(h view.Head) Page {
	h.Title, h.Wrong = say.Of("Enter the setup code"), !p.Problem.Empty()
	p.Head = h
	return p
}

func (d *Door) show(w http.ResponseWriter, r *http.Request, status int, p Page) {
	p.NoCode = !d.hasCode()
	p = p.Framed(view.Head{Note: d.cfg.Note, Assets: d.cfg.Assets})
	if err := d.cfg.Pages.Page(w, r, status, Shut(p)); err != nil {
		d.cfg.Log.ErrorContext(r.Context(), "rendering", slog.Any("error", err))
	}
}
