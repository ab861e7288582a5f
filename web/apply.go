package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/internal/say"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

func applyOf(r *http.Request, sess *session.Session) *session.Apply {
	return sess.ApplyByID(chi.URLParam(r, "id"))
}

// showApply handles the "GET /apply/{id}" route. The page is drawn from the
// job's record, so a reload or a second tab shows the same.
func (s *Server) showApply(w http.ResponseWriter, r *http.Request, sess *session.Session, job *session.Apply) {
	now, count := job.Now()
	events := fmt.Sprintf("/apply/%s/events?after=%d", job.ID, count)
	s.reply.Page(w, r, http.StatusOK, changes.Apply(changes.NewApply(s.reply.Head(sess), now, events)))
}

// applyEvents handles the "GET /apply/{id}/events" route.
func (s *Server) applyEvents(w http.ResponseWriter, r *http.Request, sess *session.Session, job *session.Apply) {
	r, leave := sess.Streams.Join(r)
	defer leave()
	s.reply.Stream(w, r, job.Happened.Count, func(n int, over bool) templ.Component {
		moved := -1
		if events, _, _ := job.Happened.Look(); !over {
			moved = events[n-1].Index
		}
		return changes.ApplyUpdate(changes.NewApply(s.reply.Head(sess), job.Progress(n, over), ""), moved)
	})
}

// startApply handles the "POST /apply" route. A plan is begun once: a second
// press, from this tab or another, leads to what the first one began.
func (s *Server) startApply(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	if err := form.Parse(r); err != nil {
		s.reply.BadForm(w, r, sess, err)
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
		reply.Redirect(w, r, "/apply/"+job.ID)
	}
}

// stalePlan leads to a new plan of the same kind.
func (s *Server) stalePlan(w http.ResponseWriter, r *http.Request, sess *session.Session, id string) {
	s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
		Head: view.Head{Title: say.Of("Review again")},
		Summary: say.Of("This review is out of date. An answer or the link has changed since, perhaps in another " +
			"tab. Nothing was written."),
		Todo:    say.Of("Open the latest review and continue from there."),
		Actions: []view.Action{{Label: say.Of("Review again"), URL: sess.AgainOf(id)}},
	})
}

// busy writes the page for a plan that has to wait for another apply.
func (s *Server) busy(w http.ResponseWriter, r *http.Request, sess *session.Session, job *session.Apply) {
	s.reply.Problem(w, r, http.StatusConflict, sess, view.ProblemPage{
		Head: view.Head{Title: say.Of("Other changes are in progress")},
		Summary: say.Of("Other changes to this link are being applied, perhaps in another tab. Nothing in this " +
			"review was written."),
		Todo:    say.Of("Wait for them to finish, then open this review again."),
		Actions: []view.Action{{Label: say.Of("View progress"), URL: "/apply/" + job.ID}},
	})
}

func (s *Server) closing(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	s.reply.Problem(w, r, http.StatusServiceUnavailable, sess, view.ProblemPage{
		Head:    view.Head{Title: say.Of("authpocket is shutting down")},
		Summary: say.Of("authpocket is shutting down and starts no new work. Nothing was written."),
		Todo:    say.Of("Start authpocket again. It detects what already exists."),
		Actions: start(),
	})
}
