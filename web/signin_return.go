package web

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/web/form"
	"authpocket/web/reply"
	"authpocket/web/session"
	"authpocket/web/view"
)

// clientID is what PocketBase names a holder of its event stream with.
var clientID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9]{15,100}$`)
})

// openSignIn handles the routes "POST /signin/{id}/stage" and "POST /try/{token}/stage": the page has
// PocketBase's event stream, and is told where to send the window.
func (s *Server) openSignIn(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
	if err := form.Parse(r); err != nil || !clientID().MatchString(form.Typed(r, "client")) ||
		run.Way != session.WayWindow {
		http.Error(w, say.It(r.Context(), "The page did not send a client ID of PocketBase's event stream. Reload it."),
			http.StatusUnprocessableEntity)
		return
	}
	address, ok := run.Open(form.Typed(r, "client"), run.Late(s.work))
	if !ok {
		http.Error(w, say.It(r.Context(), "This test has already started. Start a new one."), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"url": address}) // a browser that is gone needs no answer
}

// returnSignIn handles the routes "POST /signin/{id}/return" and "POST /try/{token}/return": what the page
// heard at PocketBase's event stream, or that it heard nothing.
func (s *Server) returnSignIn(w http.ResponseWriter, r *http.Request, _ *session.Session, run *session.SignIn) {
	if err := form.Parse(r); err != nil {
		http.Error(w, say.It(r.Context(), "The request is not a form of authpocket."), http.StatusBadRequest)
		return
	}
	missing := signin.Missing(form.Typed(r, "missing"))
	if missing != signin.MissingNothing && !missing.Known() {
		missing = signin.MissingClosed
	}
	if back, ok := run.Take(form.Typed(r, "state"), secret.New(form.Typed(r, "code")), form.Typed(r, "error"),
		missing); ok {
		if status, err := strconv.Atoi(form.Typed(r, "status")); err == nil && status >= 100 && status < 600 {
			back.Status = status
		}
		run.Finish(s.work, back)
	} else if missing == signin.MissingNothing {
		http.Error(w, say.It(r.Context(), "This result belongs to another sign-in."), http.StatusConflict)
		return
	}
	reply.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/return"))
}

// callbackSignIn handles the "GET /signin/callback" route. authentik sends
// the browser here, and browsers send no cookie along on a way that began at
// another site, so the one-time state says which test it is.
func (s *Server) callbackSignIn(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	run := s.signIns.Awaiting(query.Get("state"))
	page := view.ProblemPage{
		Head:    view.Head{Title: say.Of("Unknown test sign-in")},
		Summary: say.Of("It does not belong to a test of authpocket, or the test has ended."),
		Todo:    say.Of("Start a new test on the test sign-in page."),
	}
	if run == nil {
		s.reply.Problem(w, r, http.StatusNotFound, nil, page)
		return
	}
	if back, ok := run.Take(query.Get("state"), secret.New(query.Get("code")), query.Get("error"),
		signin.MissingNothing); ok {
		run.Finish(s.work, back)
	}
	page.Head.Title = say.Of("Back from authentik")
	page.Summary = say.Of("The page where you started this test shows the result.")
	page.Todo = say.Of("You can close this window.")
	s.reply.Problem(w, r, http.StatusOK, nil, page)
}
