package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/web/session"
	"authpocket/web/view/changes"
)

// showApply handles the "GET /apply/{id}" route. The page is drawn from the
// job's record, so a reload or a second tab shows the same.
func (s *Server) showApply(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	job := sess.ApplyByID(chi.URLParam(r, "id"))
	if job == nil {
		s.notFound(w, r)
		return
	}
	now, count := job.Now()
	events := fmt.Sprintf("/apply/%s/events?after=%d", job.ID, count)
	s.render(w, r, http.StatusOK, changes.Apply(changes.NewApply(s.head(sess), now, events)))
}

// applyEvents handles the "GET /apply/{id}/events" route.
func (s *Server) applyEvents(w http.ResponseWriter, r *http.Request, sess *session.Session) {
	job := sess.ApplyByID(chi.URLParam(r, "id"))
	if job == nil {
		s.notFound(w, r)
		return
	}
	r, leave := sess.Streams.Join(r)
	defer leave()
	state := func() (int, bool, <-chan struct{}) {
		events, over, moved := job.Happened.Look()
		return len(events), over, moved
	}
	s.stream(w, r, state, func(n int) templ.Component {
		events, _, _ := job.Happened.Look()
		moved := -1
		if n <= len(events) {
			moved = events[n-1].Index
		}
		return changes.ApplyUpdate(changes.NewApply(s.head(sess), job.Progress(n, n > len(events)), ""), moved)
	})
}
