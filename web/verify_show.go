package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"authpocket/web/form"
	"authpocket/web/view/proof"
)

// showVerify handles the "GET /verify" route.
func (s *Server) showVerify(w http.ResponseWriter, r *http.Request, sess *session) {
	p := sess.look()
	if p.settled == nil {
		redirect(w, r, p.missing())
		return
	}
	s.verifyPage(w, r, sess, http.StatusOK, "", "")
}

func (s *Server) verifyPage(w http.ResponseWriter, r *http.Request, sess *session, status int, person, problem string) {
	in, events := s.verifyInput(sess, sess.look().verify.input()), "/verify/events"
	if in.Checks != nil {
		events += "?after=1"
	}
	if problem != "" {
		in.Person, in.Problem = person, problem
	}
	s.render(w, r, status, proof.Verify(proof.NewVerify(s.head(sess), in, events)))
}

// verifyInput adds what the session knows beside the checks.
func (s *Server) verifyInput(sess *session, in proof.VerifyInput) proof.VerifyInput {
	in.Own, in.SignedIn = own(sess.look()), s.signedIn(sess)
	return in
}

// signedIn tells whether a test sign-in has worked since the link was last
// changed.
func (s *Server) signedIn(sess *session) bool {
	p := sess.look()
	return p.settled != nil && slices.ContainsFunc(s.signIns.all(sess), func(run *signInRun) bool {
		v := run.verdict()
		return v != nil && v.Works && run.made.After(p.settled.at)
	})
}

// startVerify handles the "POST /verify" route: it begins a run of the
// checks, or joins the one that is under way.
func (s *Server) startVerify(w http.ResponseWriter, r *http.Request, sess *session) {
	if err := form.Parse(r); err != nil {
		s.badForm(w, r, sess, err)
		return
	}
	p := sess.look()
	if p.settled == nil || p.authentik == nil || p.pocketbase == nil {
		redirect(w, r, p.missing()) // or the tokens were forgotten
		return
	}
	run := &verifyRun{username: form.Typed(r, "person")}
	if run.username != "" {
		pk, problem := s.person(r.Context(), p, run.username)
		if problem != "" {
			s.verifyPage(w, r, sess, http.StatusUnprocessableEntity, run.username, problem)
			return
		}
		run.person = pk
	}
	if !sess.beginVerify(s.work, run) {
		s.closing(w, r, sess)
		return
	}
	redirect(w, r, "/verify")
}

// verifyEvents handles the "GET /verify/events" route.
func (s *Server) verifyEvents(w http.ResponseWriter, r *http.Request, sess *session) {
	run := sess.look().verify
	if run == nil {
		s.notFound(w, r)
		return
	}
	r, leave := sess.streams.Join(r)
	defer leave()
	state := func() (int, bool, <-chan struct{}) {
		entries, over, moved := run.happened.Look()
		return len(entries), over, moved
	}
	s.stream(w, r, state, func(n int) templ.Component {
		entries, _, _ := run.happened.Look()
		return proof.VerifyUpdate(proof.NewVerify(s.head(sess), s.verifyInput(sess, run.inputAt(n, n > len(entries))), ""))
	})
}
