package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/web/view/changes"
)

// showApply handles the "GET /apply/{id}" route. The page is drawn from the
// job's record, so a reload or a second tab shows the same.
func (s *Server) showApply(w http.ResponseWriter, r *http.Request, sess *session) {
	job := sess.applyByID(chi.URLParam(r, "id"))
	if job == nil {
		s.notFound(w, r)
		return
	}
	now, count := job.now()
	events := fmt.Sprintf("/apply/%s/events?after=%d", job.id, count)
	s.render(w, r, http.StatusOK, changes.Apply(changes.NewApply(s.head(sess), now, events)))
}

// applyEvents handles the "GET /apply/{id}/events" route.
func (s *Server) applyEvents(w http.ResponseWriter, r *http.Request, sess *session) {
	job := sess.applyByID(chi.URLParam(r, "id"))
	if job == nil {
		s.notFound(w, r)
		return
	}
	r, leave := sess.streams.Join(r)
	defer leave()
	state := func() (int, bool, <-chan struct{}) {
		events, over, moved := job.happened.Look()
		return len(events), over, moved
	}
	s.stream(w, r, state, func(n int) templ.Component {
		events, _, _ := job.happened.Look()
		moved := -1
		if n <= len(events) {
			moved = events[n-1].Index
		}
		return changes.ApplyUpdate(changes.NewApply(s.head(sess), job.progress(n, n > len(events)), ""), moved)
	})
}
