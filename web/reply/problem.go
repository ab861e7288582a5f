package reply

import (
	"errors"
	"net/http"

	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view"
)

// Problem writes a page that says what is wrong and what to do, in the frame of sess unless that is nil.
func (wr *Writer) Problem(w http.ResponseWriter, r *http.Request, status int, sess *session.Session,
	p view.ProblemPage) {
	title := p.Head.Title
	if p.Head = (view.Head{Note: wr.Note}); sess != nil {
		p.Head = wr.Head(sess)
	}
	p.Head.Title, p.Head.Assets = title, wr.Assets
	if p.Answers {
		own, _ := wr.Sessions.Of(r)
		p.Answers = own.Holds()
	}
	wr.Page(w, r, status, view.ProblemView(p))
}

// BadForm writes the page for a form that could not be read.
func (wr *Writer) BadForm(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	status, page := http.StatusBadRequest, view.ProblemPage{
		Head:    view.Head{Title: say.Of("The form could not be read")},
		Summary: say.Of("The request is not a form of authpocket."),
		Todo:    say.Of("Go back and submit the form again."),
		Answers: true, Actions: []view.Action{{Label: say.Of("Back to the form"), URL: r.URL.Path}},
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status, page.Head.Title = http.StatusRequestEntityTooLarge, say.Of("The form is too large")
		page.Summary = say.Of("The form is limited to 64 kB in total.")
		page.Todo = say.Of("Go back and remove what is not needed, such as a file that is not a certificate.")
	}
	wr.Problem(w, r, status, sess, page)
}
