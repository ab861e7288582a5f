package door

import (
	"log/slog"
	"net/http"

	"authpocket/internal/say"
	"authpocket/web/view"
)

// page holds what the door page shows.
type page struct {
	Head    view.Head
	To      string // the page to open after the code
	Problem say.Text
	Printed bool // a code was printed just now
	Was     bool // the browser was signed in before
	NoCode  bool // no code is valid
}

func (p page) problems() view.Problems {
	if p.Problem.Empty() {
		return nil
	}
	return view.Problems{{Target: "code", Text: p.Problem}}
}

func (d *Door) show(w http.ResponseWriter, r *http.Request, status int, p page) {
	p.NoCode = !d.hasCode()
	p.Head = view.Head{Title: say.Of("Enter the setup code"), Wrong: !p.Problem.Empty(), Note: d.cfg.Note,
		Assets: d.cfg.Assets}
	if err := d.cfg.Pages.Page(w, r, status, doorPage(p)); err != nil {
		d.cfg.Log.ErrorContext(r.Context(), "rendering", slog.Any("error", err))
	}
}
