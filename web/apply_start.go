package web

import (
	"errors"
	"net/http"

	"authpocket/web/form"
	"authpocket/web/session"
	"authpocket/web/view"
)

// startApply handles the "POST /apply" route. A plan is begun once: a second
// press, from this tab or another, leads to what the first one began.
func (s *Server) startApply(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	id := form.Typed(r, "plan")
	job, err := sess.BeginApply(s.work, id)
	switch {
	case errors.Is(err, session.ErrStalePlan):
		s.stalePlan(w, r, sess, id)
	case errors.Is(err, session.ErrBusy):
		s.busy(w, r, sess, job)
	case errors.Is(err, session.ErrClosing):
		s.closing(w, r, sess)
	default:
		redirect(w, r, "/apply/"+job.ID)
	}
}

// stalePlan leads to a new plan of the same kind.
func (s *Server) stalePlan(w http.ResponseWriter, r *http.Request, sess *session.Session, id string) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "This review is out of date: an answer was changed after it was shown, or the link was, perhaps in another tab. Nothing was written.",
		Todo: "Look at the newest review, and go on from there.", Actions: []view.Action{{Label: "Review again", URL: sess.AgainOf(id)}},
	}
	page.Head.Title = "Review again"
	s.problem(w, r, http.StatusConflict, page)
}

// busy is for a plan that waits for one of another kind.
func (s *Server) busy(w http.ResponseWriter, r *http.Request, sess *session.Session, job *session.Apply) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "Other changes to this link are being made right now, perhaps in another tab. Nothing of this review was written.",
		Todo: "Wait until they are made, then look at this review again.", Actions: []view.Action{{Label: "See how far they are", URL: "/apply/" + job.ID}},
	}
	page.Head.Title = "Other changes are under way"
	s.problem(w, r, http.StatusConflict, page)
}

func (s *Server) closing(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	page := view.ProblemPage{
		Head: s.head(sess), Summary: "The program is being stopped, so it begins nothing new. Nothing was written.",
		Todo: "Start it again. It finds again what is there.", Actions: start(),
	}
	page.Head.Title = "authpocket is stopping"
	s.problem(w, r, http.StatusServiceUnavailable, page)
}
