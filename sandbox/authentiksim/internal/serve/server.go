// Package serve holds what every endpoint of the simulator shares: the call, its answer, sessions, permissions,
// events and pages.
package serve

import (
	"crypto/rsa"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"authpocket/sandbox/authentiksim/internal/store"
)

// DefaultVersion is the simulated version if Config has none.
const DefaultVersion = "2026.5.3"

// maxBody is the maximum number of bytes read of a request body.
const maxBody = 8 << 20

// Config configures a Server. The zero value works.
type Config struct {
	// Version is the simulated version: grant_types, redirect_uri_type and meta_hide exist since 2026.5, the key_type
	// filter and a writable meta_icon since 2025.12. Since 2026.8 there are token exchange, a picture claim, base_url,
	// bindings that end and dynamic client registration. Empty means DefaultVersion.
	Version string
	// URL is the address under which browsers reach the server, such as https://demo.example/authentik: it answers
	// below that path only. Empty means the root of each request's own address.
	URL string
	// TrustedProxies are the networks of the proxies whose X-Forwarded-Proto counts, from version 2026.8 on. Nil means
	// this machine and the private networks.
	TrustedProxies []netip.Prefix
	// AdminToken is the API token of the superuser akadmin. Empty means 60 random characters.
	AdminToken string
	// Now is the clock. Nil means time.Now.
	Now func() time.Time
	// ShowPassword maps user names to the passwords that the login page shows to visitors of a demo.
	ShowPassword map[string]string
	// Environment holds the variables that !Env reads in an imported blueprint.
	Environment map[string]string
	// EventsKept is how many events there are at most: a new one then takes the place of the oldest. 0 means all.
	EventsKept int
	// SigningKey is the key of the certificate of a fresh install. Nil means a key that is generated when it is first
	// needed, which takes about 0.1 s.
	SigningKey *rsa.PrivateKey
}

// Server is the state of a simulated authentik and the router of its endpoints.
type Server struct {
	Config   Config
	Features Features
	router   *chi.Mux
	path     string       // of Config.URL
	entry    http.Handler // router, below path
	Pages    *pages

	mu    sync.Mutex // guards State
	State *store.State
}

// New returns a server without endpoints.
func New(cfg Config, st *store.State) *Server {
	s := &Server{Config: cfg, Features: FeaturesOf(cfg.Version), router: chi.NewMux(), path: pathOf(cfg.URL),
		Pages: loadPages(), State: st}
	s.entry = s.below(s.router)
	s.router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		s.run(w, r, func(c *Call) (Answer, error) { return c.NotFoundPage(), nil })
	})
	return s
}

// ServeHTTP answers with the headers that authentik's server adds to every answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Powered-By", "authentik")
	s.entry.ServeHTTP(w, r)
}

// Now returns the server's time in UTC, truncated to the microseconds that a database keeps.
func (s *Server) Now() time.Time { return s.Config.Now().UTC().Truncate(time.Microsecond) }

// Change calls f with the state locked.
func (s *Server) Change(f func(c *Call)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&Call{Server: s})
}

// EnsureSelfSigned creates the certificate of a fresh install when key pairs are first needed.
func (s *Server) EnsureSelfSigned() { s.State.EnsureSelfSigned(s.Now(), s.Config.SigningKey) }
