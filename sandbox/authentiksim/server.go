// Package authentiksim is a simulated authentik: its state is in memory, its API
// calls answer as a real one answers, and its OpenID provider is a real one in
// authentik's URL layout. It says "simulated" on each of its pages, and says so
// too where it cannot do what a real one can.
package authentiksim

import (
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

// Server is a simulated authentik. It implements http.Handler and is safe for
// concurrent use: requests change its state one after the other.
type Server struct {
	cfg      Config
	features features
	router   *chi.Mux
	pages    *pages

	mu         sync.Mutex // guards what follows
	state      *state
	selfSigned bool // the certificate every install has has been made
}

// New makes an authentik as it is right after its installation: flows, managed
// scope mappings, akadmin, the default groups and the self-signed key.
func New(cfg Config) *Server {
	if cfg.Version == "" {
		cfg.Version = DefaultVersion
	}
	if cfg.AdminToken == "" {
		cfg.AdminToken = randomText(60)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{cfg: cfg, features: featuresOf(cfg.Version), pages: loadPages()}
	s.state = s.install()
	s.router = s.routes()
	return s
}

// AdminToken is the API token of the superuser akadmin.
func (s *Server) AdminToken() string { return s.cfg.AdminToken }

// Version is the version the simulator says it is.
func (s *Server) Version() string { return s.cfg.Version }

// ServeHTTP answers as authentik does, with the headers its server adds to every answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Powered-By", "authentik")
	s.router.ServeHTTP(w, r)
}

// now is the server's clock, in UTC and microseconds as a database keeps it.
func (s *Server) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }
