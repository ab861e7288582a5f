package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/session"
)

// routes returns the routing table. The first lines add what runs before every
// route, including errors and files.
func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	r.Use(ownID, s.logRequests, s.cfg.Hosts.Only, door.Headers, s.recoverPanics, s.ownPagesOnly(), s.limitBody,
		middleware.GetHead, s.door.Guard)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.wrongMethod)

	r.Method(http.MethodGet, static.Prefix+"*", s.files)
	r.Method(http.MethodHead, static.Prefix+"*", s.files)

	// for browsers that are not signed in
	r.Get(door.Healthy, door.Alive)
	r.Get(door.PathEnter, s.door.Leave)
	r.Post(door.PathEnter, s.enterDoor)
	r.Post(door.PathAgain, s.door.Again)

	r.Get("/permissions", s.with(s.showPermissions))
	r.Get("/permissions/blueprint.yaml", s.with(s.sendBlueprint))

	// the pages, in their order
	r.Get("/", s.with(s.showStart))
	r.Get("/authentik", s.with(s.showAuthentik))
	r.Post("/authentik", s.with(s.saveAuthentik))
	r.Get("/pocketbase", s.with(s.showPocketBase))
	r.Post("/pocketbase", s.with(s.savePocketBase))
	r.Get("/pocketbase/code", s.with(s.showCode))
	r.Post("/pocketbase/code", s.with(s.saveCode))
	r.Get("/settings", s.with(s.showSettings))
	r.Post("/settings", s.with(s.saveSettings))
	r.Get("/settings/find", s.with(s.findNames))
	r.Get("/review", s.with(s.showReview))
	r.Post("/apply", s.with(s.startApply))
	r.Get("/apply/{id}", s.with(s.showApply))
	r.Get("/apply/{id}/events", s.with(s.applyEvents))
	r.Get("/verify", s.with(s.showVerify))
	r.Post("/verify", s.with(s.startVerify))
	r.Get("/verify/events", s.with(s.verifyEvents))
	r.Get("/done", s.with(s.showDone))

	// a real sign-in; the last ones need no session, but a secret of their own
	r.Get("/signin", s.with(s.showSignIn))
	r.Post("/signin", s.with(s.startSignIn))
	r.Post("/signin/invite", s.with(s.inviteSignIn))
	r.Get("/signin/address", s.with(s.addAddress))
	r.Get("/signin/address/remove", s.with(s.removeAddress))
	r.Get("/signin/{id}", s.with(s.showSignInRun))
	r.Get("/signin/{id}/events", s.with(s.signInEvents))
	r.Post("/signin/{id}/stage", s.with(s.openSignIn))
	r.Post("/signin/{id}/return", s.with(s.returnSignIn))
	r.Post("/signin/{id}/delete", s.with(s.deleteSignIn))
	r.Get("/fix/{cause}", s.with(s.showFix))
	r.Get(callbackPath, s.callbackSignIn)
	r.Get("/try/{token}", s.showTry)
	r.Post("/try/{token}", s.startTry)
	r.Get("/try/{token}/events", s.tryEvents)
	r.Post("/try/{token}/stage", s.openTry)
	r.Post("/try/{token}/return", s.returnTry)

	// receipts, and changes to an existing link
	r.Get("/receipts", s.with(s.showReceipts))
	r.Get("/receipts/{id}", s.with(s.showReceipt))
	r.Get("/receipts/{id}/undo", s.with(s.showUndo))
	r.Post("/receipts/{id}/continue", s.with(s.continueReceipt))
	r.Get("/rotate", s.with(s.showRotation))
	r.Get("/rotate/back", s.with(s.showRotationBack))
	r.Get("/remove", s.with(s.showRemoval))

	r.Get("/export", s.with(s.showExport))
	r.Get("/export/{format}", s.with(s.sendExport))

	// the ways out
	r.Post("/forget", s.with(s.forgetTokens))
	r.Get("/forgotten", s.with(s.showForgotten))
	r.Post("/restart", s.with(s.restart))
	r.Post("/leave", s.with(s.leave))
	return r
}

// handler is a page's handler with its browser's session.
type handler func(w http.ResponseWriter, r *http.Request, sess *session.Session)

// with finds the request's session. A browser whose session has ended is told so
// once, unless the page needs no session.
func (s *Server) with(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sess, lost := s.sessions.Of(r)
		if lost && !needsNoSession(r.URL.Path) {
			s.sessionOver(w, r)
			return
		}
		s.door.DropPlain(w, r)
		session.Cookie.DropPlain(w, r)
		next(w, r, sess)
	}
}

// enterDoor handles the "POST /door" route. The door's page has already said that
// the session ended, so it is not said again.
func (s *Server) enterDoor(w http.ResponseWriter, r *http.Request) {
	if _, lost := s.sessions.Of(r); lost {
		session.Cookie.Set(w, r, "", -1)
	}
	s.door.Enter(w, r)
}

func needsNoSession(path string) bool {
	switch path {
	case "/", "/forgotten", "/restart", "/leave", "/permissions", "/permissions/blueprint.yaml":
		return true
	}
	return false
}
