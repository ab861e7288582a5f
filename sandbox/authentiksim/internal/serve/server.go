// Package core is a simulated authentik: its state is in memory, its API
// calls answer as a real one answers, and its OpenID provider is a real one in
// authentik's URL layout. It says "simulated" on each of its pages, and says so
// too where it cannot do what a real one can.
package serve

import (
	"authpocket/sandbox/authentiksim/internal/store"
	"crypto/rsa"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
)

// DefaultVersion is the version the simulator says it is when Config names none.
const DefaultVersion = "2026.5.3"

// maxBody is how much of a request body is read, in bytes.
const maxBody = 8 << 20

// Config is what a simulated authentik is made from. The zero value works.
type Config struct {
	// Version is the version it says it is, and behaves like: grant_types,
	// redirect_uri_type and meta_hide exist from 2026.5 on, the key_type filter
	// and a writable meta_icon from 2025.12, token exchange from 2026.8.
	// Empty means DefaultVersion.
	Version string
	// AdminToken is the API token of the superuser akadmin. Empty means 60 random characters.
	AdminToken string
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// ShowPassword is username → password of people whose password the login
	// page shows, so that a visitor of a demo can sign in as them.
	ShowPassword map[string]string
	// Environment is what !Env finds in an imported blueprint.
	Environment map[string]string
	// SigningKey is the key of the certificate every install has. Nil means that
	// one is made when it is first needed, which takes about a tenth of a second.
	SigningKey *rsa.PrivateKey
}

// core is the part of the server that every endpoint shares.
type Server struct {
	Config   Config
	Features Features
	router   *chi.Mux
	Pages    *pages

	mu    sync.Mutex // guards state
	State *store.State
}

// newCore returns a server without endpoints.
func New(cfg Config, st *store.State) *Server {
	s := &Server{Config: cfg, Features: featuresOf(cfg.Version), router: chi.NewMux(), Pages: loadPages(), State: st}
	s.router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		s.run(w, r, func(c *Call) (Answer, error) { return c.NotFoundPage(), nil })
	})
	return s
}

// ServeHTTP answers as authentik does, with the headers its server adds to every answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Powered-By", "authentik")
	s.router.ServeHTTP(w, r)
}

// now is the server's clock, in UTC and microseconds as a database keeps it.
func (s *Server) Now() time.Time { return s.Config.Now().UTC().Truncate(time.Microsecond) }

// change runs f with the state locked.
func (s *Server) Change(f func(c *Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&Call{Server: s})
}

// ensureSelfSigned creates the certificate of a fresh install when key pairs are first needed.
func (s *Server) EnsureSelfSigned() { s.State.EnsureSelfSigned(s.Now(), s.Config.SigningKey) }
