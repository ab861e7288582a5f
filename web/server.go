// Package web is the wizard: handlers over the engine, one file per page. What a
// browser has answered lives in its session, in memory only.
package web

import (
	"log/slog"
	"net/http"

	"authpocket/internal/logs"
	"authpocket/internal/say"
	"authpocket/static"
	"authpocket/web/connections"
	"authpocket/web/door"
	"authpocket/web/live"
	"authpocket/web/reply"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// strangerLines is how many requests of strangers are logged in a minute.
const strangerLines = 60

// New returns a wizard. Close must be called at the end.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Connect.Log = cfg.Log
	files, err := static.Load()
	if err != nil {
		panic(err) // the files are part of the program
	}
	if cfg.Languages == nil {
		if cfg.Languages, err = say.Load(); err != nil {
			panic(err) // so are the languages
		}
	}
	s := &Server{cfg: cfg, files: files, languages: cfg.Languages, jobs: live.NewJobs(),
		strangers: slog.New(logs.Bounded(cfg.Log.Handler(), strangerLines))}
	s.work = session.Worker{Jobs: s.jobs, Engine: s.engine}
	s.sessions = session.NewStore(&s.signIns)
	s.reply = &reply.Writer{Log: cfg.Log, Assets: respond.Assets(files), Note: cfg.Note,
		Receipts: cfg.Receipts != nil, Ending: s.jobs.Ending(), Sessions: s.sessions, SignIns: &s.signIns}
	s.connections = &connections.Handlers{Reply: s.reply, Sessions: s.sessions, Connect: &s.cfg.Connect,
		Prefill: &s.cfg.Prefill}
	if s.reply.Pages.Last, err = s.lastPages(); err != nil {
		panic(err) // it is always the same page
	}
	s.door = door.New(door.Config{
		Print: cfg.Print, Closed: cfg.Closed, Log: cfg.Log, Assets: s.reply.Assets, Note: cfg.Note,
		Pages:    &s.reply.Pages,
		Open:     []string{"/signin/callback", "/try/"}, // a test sign-in's way back, and its links
		Everyone: cfg.Shared,
	})
	return s
}

// Handler returns the handler of all requests.
func (s *Server) Handler() http.Handler {
	return s.cfg.Mount.Handler(door.AllowFrames(s.cfg.Mount.Frames, s.routes()))
}

// NewCode creates, prints and returns a setup code. It must be called once at
// the start: without a code no browser gets in.
func (s *Server) NewCode() string { return s.door.NewCode() }

// Close ends event streams, lets no new work begin, waits for work that is
// under way and wipes all tokens. It is called when the HTTP server begins to
// shut down. A second Close does nothing.
func (s *Server) Close() {
	s.jobs.Close()
	s.sessions.Close()
	s.door.Close()
}
