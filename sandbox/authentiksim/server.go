// Package authentiksim is a simulated authentik. Its state is in memory, its API answers like a real one, and its
// OpenID provider works in authentik's URL layout. Every page states that it is simulated, and so does every error
// about a missing feature.
package authentiksim

import (
	"net/http"
	"time"

	"authpocket/sandbox/authentiksim/internal/api"
	"authpocket/sandbox/authentiksim/internal/blueprint"
	"authpocket/sandbox/authentiksim/internal/flow"
	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// Server is a simulated authentik. It implements http.Handler and is safe for concurrent use: requests change its
// state one at a time.
type Server struct{ core *serve.Server }

// New returns an authentik right after its installation.
func New(cfg Config) *Server {
	if cfg.Version == "" {
		cfg.Version = DefaultVersion
	}
	if cfg.AdminToken == "" {
		cfg.AdminToken = store.RandomText(60)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	state := install.State(cfg.Now().UTC().Truncate(time.Microsecond), cfg.AdminToken)
	has := serve.FeaturesOf(cfg.Version)
	if has.Picture {
		install.AddPicture(state)
	}
	if has.BaseURL {
		install.AddBaseURL(state)
	}
	return serving(cfg, state)
}

// Copy returns another authentik with the same objects. Sign-ins that are running are not its own.
func (s *Server) Copy() *Server {
	var state *store.State
	s.change(func(c *serve.Call) { state = c.State.Clone() })
	return serving(s.core.Config, state)
}

func serving(cfg Config, state *store.State) *Server {
	s := serve.New(cfg, state)
	api.Routes(s)
	blueprint.Routes(s)
	oidc.Routes(s)
	flow.Routes(s)
	overviewRoutes(s)
	return &Server{s}
}

// AdminToken returns the API token of the superuser akadmin.
func (s *Server) AdminToken() string { return s.core.Config.AdminToken }

// Version returns the simulated version.
func (s *Server) Version() string { return s.core.Config.Version }

// ServeHTTP answers as authentik does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.core.ServeHTTP(w, r) }

// change calls f with the state locked.
func (s *Server) change(f func(c *serve.Call)) { s.core.Change(f) }

// obj is a JSON object.
type obj = map[string]any

// DefaultVersion is the simulated version if Config has none.
const DefaultVersion = serve.DefaultVersion

type (
	// Config configures a Server. The zero value works.
	Config = serve.Config
	// Event is an entry of the event log.
	Event = store.Event
	// ScopeMapping turns a scope into claims.
	ScopeMapping = store.ScopeMapping
)
