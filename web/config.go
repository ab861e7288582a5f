package web

import (
	"log/slog"
	"net/http"

	"authpocket/internal/connect"
	"authpocket/internal/engine"
	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/connections"
	"authpocket/web/door"
	"authpocket/web/live"
	"authpocket/web/reply"
	"authpocket/web/session"
)

// Config says how the wizard runs. The zero value is fit for production.
type Config struct {
	Log     *slog.Logger        // nil discards
	Prefill connections.Prefill // for the demo; the CA also for everybody
	// Note is a quiet banner on every page, such as how to sign in to the
	// simulated authentik. Empty: none.
	Note say.Text
	// Connect is for tests; nil fields mean the real connections.
	Connect connect.Connector
	// Receipts are where what was done is kept on disk; nil: it is not.
	Receipts *engine.Store
	Version  string // authpocket's own, for the receipts
	Hosts    door.Hosts
	// Mount is where the wizard is when it shares its origin with others.
	Mount door.Mount
	// Shared is a wizard of the public demo: whoever reaches it is inside without a setup code, and its forms leave
	// nothing in the browser.
	Shared bool
	// Languages are those that the wizard speaks, nil for its own copy of the program's.
	Languages *say.Languages
	// Print and Closed show the door's messages to the admin who started the
	// program. Without Print no browser can enter a code.
	Print  func(code string)
	Closed func()
}

// Server serves the wizard.
type Server struct {
	cfg      Config
	files    *static.Files
	sessions *session.Store
	reply    *reply.Writer
	door     *door.Door
	jobs     *live.Jobs
	work     session.Worker
	signIns  session.SignIns

	connections *connections.Handlers

	languages *say.Languages

	strangers *slog.Logger // for requests of browsers that are not signed in
}

// logOf returns the log for a request.
func (s *Server) logOf(r *http.Request) *slog.Logger {
	if s.door.Knows(r) {
		return s.cfg.Log
	}
	return s.strangers
}

// engine is the session's two connections put to work.
func (s *Server) engine(p session.Progress) *engine.Engine {
	return engine.New(engine.Config{
		Authentik: p.Authentik.System, PocketBase: p.PocketBase.System,
		AuthentikURL: p.Authentik.Login.URL, PocketBaseURL: p.PocketBase.Login.URL,
		Receipts: s.cfg.Receipts, Program: s.cfg.Version, Log: s.cfg.Log,
	})
}
