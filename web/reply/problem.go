package reply

import (
	"errors"
	"net/http"

	"authpocket/internal/say"
	"authpocket/web/session"
	"authpocket/web/view"
)

// Problem writes a page that says what is wrong and what to do.
func (wr *Writer) Problem(w http.ResponseWriter, r *http.Request, status int, p view.ProblemPage) {
	title := p.Head.Title
	if !p.Head.Ends.Shown {
		p.Head = view.Head{Note: wr.Note}
	}
	p.Head.Title, p.Head.Assets = title, wr.Assets
	if p.Answers {
		sess, _ := wr.Sessions.Of(r)
		p.Answers = sess.Holds()
	}
	wr.Page(w, r, status, view.ProblemView(p))
}

// BadForm writes the page for a form that could not be read.
func (wr *Writer) BadForm(w http.ResponseWriter, r *http.Request, sess *session.Session, err error) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		wr.Problem(w, r, http.StatusRequestEntityTooLarge, view.ProblemPage{
			Head:    wr.Titled(sess, say.Of("The form is too large")),
			Summary: say.Of("The form is limited to 64 kB in total."),
			Todo:    say.Of("Go back and remove what is not needed, such as a file that is not a certificate."),
			Answers: true,
			Actions: []view.Action{{Label: say.Of("Back to the form"), URL: r.URL.Path}},
		})
		return
	}
	wr.Problem(w, r, http.StatusBadRequest, view.ProblemPage{
		Head:    wr.Titled(sess, say.Of("The form could not be read")),
		Summary: say.Of("The request is not a form of authpocket."),
		Todo:    say.Of("Go back and submit the form again."),
		Answers: true, Actions: []view.Action{{Label: say.Of("Back to the form"), URL: r.URL.Path}},
	})
}
