package reply

import (
	"net/http"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// Refuse keeps a form that was refused and sends the browser back to its page,
// which then says why. The answer is no page, so that Back never asks whether
// to send the form again.
func (wr *Writer) Refuse(w http.ResponseWriter, r *http.Request, sess *session.Session, page, came string,
	d session.Draft) {
	if respond.Gone(r) {
		respond.Nothing(w)
		return
	}
	sess.Refuse(page, d)
	wr.Sessions.Keep(w, r, sess)
	Redirect(w, r, WithFrom(page, came))
}

// RefusePerson refuses a form that asks for a user.
func (wr *Writer) RefusePerson(w http.ResponseWriter, r *http.Request, sess *session.Session, page string,
	problem say.Text) {
	wr.Refuse(w, r, sess, page, "", session.Draft{Values: r.PostForm, Problems: report.Problems{{Summary: problem}}})
}

// Refusal returns what is wrong with the form that a page has refused, empty
// for nothing.
func Refusal(d *session.Draft) say.Text {
	if d == nil || len(d.Problems) == 0 {
		return say.Text{}
	}
	return d.Problems[0].Summary
}

// WithFrom returns the path of a page for a browser that came from there; see From.
func WithFrom(path, from string) string {
	if from == "" {
		return path
	}
	return path + "?from=" + from
}

// From returns "review" for a page that a "Change" link of the review opened.
func From(values string) string {
	if values == "review" {
		return "review"
	}
	return ""
}
