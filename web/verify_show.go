package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"authpocket/web/view"
)

// showVerify handles the "GET /verify" route.
func (s *Server) showVerify(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if p.settled == nil {
		redirect(w, r, p.missing())
		return
	}
	s.render(w, r, http.StatusOK, view.Verify(view.NewVerify(s.head(sess), p.verify.input(), "/verify/events")))
}

// startVerify handles the "POST /verify" route: it begins a run of the
// checks, or joins the one that is under way.
func (s *Server) startVerify(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	switch {
	case p.settled == nil:
		redirect(w, r, p.missing())
	case p.authentik == nil || p.pocketbase == nil:
		redirect(w, r, p.missing()) // the tokens were forgotten
	case !s.beginVerify(sess):
		s.closing(w, r, sess)
	default:
		redirect(w, r, "/verify")
	}
}

func (s *Server) beginVerify(sess *session) bool {
	sess.mu.Lock()
	defer sess.mu.Unlock()
	if sess.settled == nil || sess.authentik == nil || sess.pocketbase == nil {
		return true // changed in between; the page says what is missing
	}
	if sess.verify != nil && !sess.verify.ended() {
		return true
	}
	run := &verifyRun{happened: newRecord[struct{}]()}
	e := s.engine(progress{authentik: sess.authentik, pocketbase: sess.pocketbase})
	desired := sess.settled.desired
	if !s.beginWork(sess, func(ctx context.Context) { run.run(ctx, e, desired) }) {
		return false
	}
	sess.verify = run
	return true
}

// verifyEvents handles the "GET /verify/events" route.
func (s *Server) verifyEvents(w http.ResponseWriter, r *http.Request, sess *session) {
	run := sess.look().verify
	if run == nil {
		s.notFound(w, r)
		return
	}
	state := func() (int, bool, <-chan struct{}) {
		_, over, moved := run.happened.look()
		return 0, over, moved
	}
	s.stream(w, r, state, func(int) templ.Component {
		return view.VerifyUpdate(view.NewVerify(s.head(sess), run.input(), ""))
	})
}
