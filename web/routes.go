package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"authpocket/internal/engine"
	"authpocket/static"
	"authpocket/web/door"
	"authpocket/web/form"
	"authpocket/web/middleware"
	"authpocket/web/respond"
	"authpocket/web/view/changes"
)

// routes returns the routing table. The first lines add what runs before every
// route, including errors and files.
func (s *Server) routes() chi.Router {
	r := chi.NewRouter()
	language := middleware.Language{Languages: s.languages, Once: callbackPath}
	r.Use(middleware.OwnID, middleware.Log(s.logOf), s.cfg.Hosts.Only, door.Headers, language.Use,
		middleware.Recover(s.cfg.Log, s.reply.Pages.Fail), s.ownPagesOnly(), language.Choose,
		middleware.LimitBody(form.MaxBody), middleware.HeadAsGet, s.door.Guard)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.wrongMethod)

	r.Method(http.MethodGet, static.Prefix+"*", s.files)

	// for browsers that are not signed in
	r.Get(door.Healthy, door.Alive)
	r.Get(door.PathEnter, s.door.Leave)
	r.Post(door.PathEnter, s.enterDoor)
	r.Post(door.PathAgain, s.door.Again)

	r.Get("/permissions", s.with(s.connections.ShowPermissions))
	r.Get("/permissions/blueprint.yaml", s.with(s.connections.SendBlueprint))

	// the pages, in their order
	r.Get("/", s.with(s.showStart))
	r.Get("/authentik", s.with(s.connections.ShowAuthentik))
	r.Post("/authentik", s.with(s.connections.SaveAuthentik))
	r.Get("/pocketbase", s.after("/pocketbase", s.connections.ShowPocketBase))
	r.Post("/pocketbase", s.after("/pocketbase", s.connections.SavePocketBase))
	r.Get("/pocketbase/code", s.with(s.connections.ShowCode))
	r.Post("/pocketbase/code", s.with(s.connections.SaveCode))
	r.Get("/settings", s.after("/settings", s.recently(s.showSettings)))
	r.Post("/settings", s.after("/settings", s.saveSettings))
	r.Get("/settings/find", s.with(s.findNames))
	r.Get("/review", s.after("/review", s.recently(s.showReview)))
	r.Get(changes.PlanURL, s.with(s.sendPlan))
	r.Post("/apply", s.with(s.startApply))
	r.Get("/apply/{id}", found(s, applyOf, (*Server).showApply))
	r.Get("/apply/{id}/events", found(s, applyOf, (*Server).applyEvents))
	r.Get("/verify", s.with(s.showVerify))
	r.Post("/verify", s.with(s.startVerify))
	r.Post("/verify/cancel", found(s, verifyOf, (*Server).cancelVerify))
	r.Get("/verify/events", found(s, verifyOf, (*Server).verifyEvents))
	r.Get("/done", s.with(s.showDone))

	r.Group(s.signInRoutes)
	r.Get("/prove", s.after("/review", s.showProof))
	r.Get("/fix/{cause}", s.with(s.showFix))

	// receipts, and changes to an existing link
	r.Get("/receipts", s.after("/settings", s.showReceipts))
	r.Get("/receipts/{id}", s.after("/settings", s.showReceipt))
	r.Get("/receipts/{id}/undo", s.after("/settings", s.showUndo))
	r.Post("/receipts/{id}/continue", s.after("/settings", s.continueReceipt))
	r.Get("/rotate", s.after("/review", s.showLater((*engine.Engine).Rotation)))
	r.Get(changes.RestoreURL, s.with(s.showRotationBack))
	r.Get("/passwords", s.after("/review", s.showPasswords))
	r.Get("/remove", s.after("/review", s.showRemoval))

	r.Get("/people", s.after("/review", s.showPeople))
	r.Get("/people/sign-out", s.after("/review", s.showLater((*engine.Engine).SignOut)))

	r.Get("/export", s.with(s.showExport))
	r.Get(changes.LinkFileURL, s.with(s.sendLinkFile))
	r.Get("/export/{format}", s.with(s.sendExport))

	// the ways out
	r.Post("/forget", s.with(s.forgetTokens))
	r.Get("/forgotten", s.with(s.showForgotten))
	r.Post("/restart", s.with(s.restart))
	r.Post("/leave", s.with(s.leave))
	return r
}

// signInRoutes are those of a real sign-in. Their pages hold one-time secrets:
// the links of invitations, and the state of a sign-in. The last ones need no
// session, but a secret of their own.
func (s *Server) signInRoutes(r chi.Router) {
	r.Use(respond.Uncompressed)
	r.Get("/signin", s.with(s.showSignIn))
	r.Post("/signin", s.with(s.startSignIn))
	r.Post("/signin/invite", s.with(s.inviteSignIn))
	r.Get("/signin/address", s.after("/review", s.addAddress))
	r.Get("/signin/address/remove", s.after("/review", s.removeAddress))
	r.Get("/signin/{id}", found(s, s.signInOf, (*Server).showSignInRun))
	r.Get("/signin/{id}/invite", found(s, s.signInOf, (*Server).showInvitation))
	r.Get("/signin/{id}/events", found(s, s.signInOf, (*Server).signInEvents))
	r.Get("/signin/{id}/wait", found(s, s.signInOf, (*Server).showWait))
	r.Post("/signin/{id}/stage", found(s, s.signInOf, (*Server).openSignIn))
	r.Post("/signin/{id}/return", found(s, s.signInOf, (*Server).returnSignIn))
	r.Post("/signin/{id}/delete", found(s, s.signInOf, (*Server).deleteSignIn))
	r.Post("/signin/{id}/withdraw", found(s, s.signInOf, (*Server).withdrawSignIn))
	r.Get(callbackPath, s.callbackSignIn)
	r.Get("/try/{token}", s.tried((*Server).showTry))
	r.Post("/try/{token}", s.tried((*Server).startTry))
	r.Get("/try/{token}/events", s.tried((*Server).tryEvents))
	r.Get("/try/{token}/wait", s.tried((*Server).showWait))
	r.Post("/try/{token}/stage", s.tried((*Server).openSignIn))
	r.Post("/try/{token}/return", s.tried((*Server).returnSignIn))
}
