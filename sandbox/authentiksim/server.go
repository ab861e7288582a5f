package authentiksim

import (
	"authpocket/sandbox/authentiksim/internal/api"
	"authpocket/sandbox/authentiksim/internal/blueprint"
	"authpocket/sandbox/authentiksim/internal/flow"
	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
	"net/http"
	"time"
)

// Server is a simulated authentik. It implements http.Handler and is safe for
// concurrent use: requests change its state one after the other.
type Server struct{ core *serve.Server }

// New makes an authentik as it is right after its installation: flows, managed
// scope mappings, akadmin, the default groups and the self-signed key.
func New(cfg serve.Config) *Server {
	if cfg.Version == "" {
		cfg.Version = serve.DefaultVersion
	}
	if cfg.AdminToken == "" {
		cfg.AdminToken = store.RandomText(60)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := serve.New(cfg, install.State(cfg.Now().UTC().Truncate(time.Microsecond), cfg.AdminToken))
	api.Routes(s)
	blueprint.Routes(s)
	oidc.Routes(s)
	flow.Routes(s)
	overviewRoutes(s)
	return &Server{s}
}

// AdminToken is the API token of the superuser akadmin.
func (s *Server) AdminToken() string { return s.core.Config.AdminToken }

// Version is the version the simulator says it is.
func (s *Server) Version() string { return s.core.Config.Version }

// ServeHTTP answers as authentik does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.core.ServeHTTP(w, r) }

// change runs f with the state locked.
func (s *Server) change(f func(c *serve.Call)) { s.core.Change(f) }

// obj is a JSON object.
type obj = map[string]any

// DefaultVersion is the version a Server has when Config names none.
const DefaultVersion = serve.DefaultVersion

type (
	// Config configures a Server. The zero value works.
	Config = serve.Config
	// Event is an entry of the event log.
	Event = store.Event
	// ScopeMapping turns a scope into claims.
	ScopeMapping = store.ScopeMapping
)
