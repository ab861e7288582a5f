package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/respond"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// tryCookie ties a link to the browser that used it.
const tryCookie = "authpocket-try"

// inviteSignIn handles the "POST /signin/invite" route: it makes a link with
// which somebody else does the test. The link is on this answer alone.
func (s *Server) inviteSignIn(w http.ResponseWriter, r *http.Request, sess *session) {
	run, ok := s.newTest(w, r, sess)
	if !ok {
		return
	}
	token := newID()
	run.invite = &invite{hash: sha256.Sum256([]byte(token)), expires: time.Now().Add(inviteLife)}
	s.signIns.add(run)
	address := strings.TrimSuffix(callbackURL(r), callbackPath) + "/try/" + token
	in, _ := run.now()
	s.render(w, r, http.StatusOK, proof.Invite(proof.NewInvite(s.head(sess), address, in)))
}

// tried finds the test of a link. It answers false when the link is used up
// or unknown, and the browser has been told.
func (s *Server) tried(w http.ResponseWriter, r *http.Request) (*signInRun, bool) {
	run := s.signIns.invited(chi.URLParam(r, "token"))
	if run != nil && run.holds(r) {
		return run, true
	}
	page := view.ProblemPage{
		Head: view.Head{Title: "This link leads nowhere any more"}, Summary: "It was used, or its 30 minutes are over.",
		Todo: "Ask whoever sent it to you for a new one.",
	}
	s.problem(w, r, http.StatusNotFound, page)
	return nil, false
}

// tryKey returns the key that the browser has for the link, empty for none.
func tryKey(r *http.Request) string {
	if c, err := r.Cookie(tryCookie); err == nil && len(c.Value) == len(newID()) {
		return c.Value
	}
	return ""
}

// giveKey gives the browser a key to claim the link with. Until then the key
// is kept by the browser alone.
func giveKey(w http.ResponseWriter, r *http.Request) string {
	key := newID()
	http.SetCookie(w, &http.Cookie{ // #nosec G124 -- Secure where the browser takes it
		Name: tryCookie, Value: key, Path: r.URL.Path, Secure: door.Secure(r), HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	return key
}

// holds reports whether the link was not used yet, or by this very browser.
func (run *signInRun) holds(r *http.Request) bool {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.invite.key == "" || subtle.ConstantTimeCompare([]byte(tryKey(r)), []byte(run.invite.key)) == 1
}

// claim uses the link up for one browser. It takes the key that the browser
// was given with the page, so that it holds the link even if the answer to
// this is lost.
func (run *signInRun) claim(w http.ResponseWriter, r *http.Request) bool {
	if !run.holds(r) {
		return false
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.invite.key != "" { // pressed twice, or the first answer was lost
		_, over, _ := run.happened.Look()
		return run.test != nil || !over
	}
	if run.invite.key = tryKey(r); run.invite.key == "" {
		run.invite.key = giveKey(w, r)
	}
	run.streams.End() // of others who looked at the link
	return true
}

// showTry handles the "GET /try/{token}" route. Looking at it uses nothing
// up, for programs look at links too.
func (s *Server) showTry(w http.ResponseWriter, r *http.Request) {
	run, ok := s.tried(w, r)
	if !ok {
		return
	}
	if tryKey(r) == "" {
		giveKey(w, r)
	}
	in, count := run.now()
	in.Base, in.Script = "/try/"+chi.URLParam(r, "token"), s.files.URL(static.SignIn)
	s.allowSignIn(w, in)
	s.render(w, r, http.StatusOK, proof.Try(proof.NewTry(view.Head{Assets: s.assets}, in, fmt.Sprintf("%s/events?after=%d", in.Base, count))))
}

// startTry handles the "POST /try/{token}" route: it begins the test.
func (s *Server) startTry(w http.ResponseWriter, r *http.Request) {
	run, ok := s.tried(w, r)
	if !ok {
		return
	}
	p := run.sess.look()
	if p.authentik == nil || p.pocketbase == nil || !run.claim(w, r) {
		s.problem(w, r, http.StatusConflict, view.ProblemPage{
			Head: view.Head{Title: "The test cannot begin"}, Summary: "authpocket is not connected to the two systems any more, or the test was begun elsewhere.",
			Todo: "Ask whoever sent you the link for a new one.",
		})
		return
	}
	if err := s.beginTest(r.Context(), p, run); err != nil {
		if respond.Gone(r) { // it can be begun again
			respond.Nothing(w)
			return
		}
		s.logError(r, "beginning a test sign-in", err)
		run.stop("PocketBase did not say how to begin a sign-in.")
	}
	redirect(w, r, r.URL.Path)
}

// openTry handles the "POST /try/{token}/stage" route.
func (s *Server) openTry(w http.ResponseWriter, r *http.Request) {
	if run, ok := s.tried(w, r); ok {
		s.openRun(w, r, run)
	}
}

// returnTry handles the "POST /try/{token}/return" route.
func (s *Server) returnTry(w http.ResponseWriter, r *http.Request) {
	if run, ok := s.tried(w, r); ok {
		s.returnRun(w, r, run, "/try/"+chi.URLParam(r, "token"))
	}
}

// until returns when a stream of the link ends at the latest: with the link
// where nobody has begun, else with the session that has sent it.
func (run *signInRun) until() time.Time {
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.invite.key == "" {
		return run.invite.expires
	}
	return run.made.Add(sessionLife)
}

// tryEvents handles the "GET /try/{token}/events" route: the stages, and
// nothing about the account.
func (s *Server) tryEvents(w http.ResponseWriter, r *http.Request) {
	run, ok := s.tried(w, r)
	if !ok {
		return
	}
	r, leave := run.streams.Join(r)
	defer leave()
	if _, ok := s.tried(w, r); !ok { // asked again, for claim ends only streams that have joined
		return
	}
	ctx, cancel := context.WithDeadline(r.Context(), run.until())
	defer cancel()
	s.streamSignIn(w, r.WithContext(ctx), run, func(in proof.SignInInput) templ.Component {
		in.Base = "/try/" + chi.URLParam(r, "token")
		return proof.TryUpdate(proof.NewTry(view.Head{Assets: s.assets}, in, ""))
	})
}
