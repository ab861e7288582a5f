// Package rest sends requests to authentik's API and reads its answers.
//
// Requests are built by the generated client; answers are decoded leniently
// here, for the generated decoder refuses a whole answer over one unknown
// value, although the write behind it has happened.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// Config says which authentik to talk to, and as whom.
type Config struct {
	URL   string       // normalised base address, as link.ParseAddress returns it
	Token secret.Text  // an API token
	HTTP  *http.Client // made by outbound.New
	Log   *slog.Logger // nil discards
	// Pause waits before a call is repeated. nil: in real time.
	Pause func(context.Context, time.Duration) error
}

// Identity is what a connected authentik says about itself and the token.
type Identity struct {
	Version   string // "2026.5.0-rc1"
	Username  string
	Name      string
	UserPK    int
	Superuser bool
	Type      string // "internal", "external", "service_account", ...
}

// Client is a connected authentik. It is safe for concurrent use.
type Client struct {
	URL      string
	API      *api.APIClient // for the API, with the token
	HTTP     *http.Client   // for everything else, without it
	Log      *slog.Logger
	token    secret.Text // shared with the capturer
	Pause    func(context.Context, time.Duration) error
	Reads    wire.Reads
	identity Identity
	Features link.Features
}

// Identity returns who the token is, as found by Connect.
func (c *Client) Identity() Identity { return c.identity }

// Forget overwrites the token. Nothing can be asked of authentik afterwards.
func (c *Client) Forget() { c.token.Wipe() }

// NewClient returns a client that has not asked anything yet.
func NewClient(cfg Config) *Client {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cfg.Token = cfg.Token.AsPasted()
	withToken := *cfg.HTTP
	withToken.Transport = &capturer{next: cfg.HTTP.Transport, token: cfg.Token, log: log}

	conf := api.NewConfiguration()
	conf.UserAgent = "authpocket"
	conf.HTTPClient = &withToken
	conf.Servers = api.ServerConfigurations{{URL: cfg.URL + "/api/v3"}}
	// There are no machine-readable codes in authentik's refusals, only
	// translated sentences.
	conf.AddDefaultHeader("Accept-Language", "en")
	c := &Client{URL: cfg.URL, API: api.NewAPIClient(conf), HTTP: cfg.HTTP, Log: log, token: cfg.Token,
		Pause: cfg.Pause}
	if c.Pause == nil {
		c.Pause = outbound.Sleep
	}
	c.Reads = wire.Reads{Tries: wire.Tries, Pause: c.Pause}
	return c
}

// host is how the address is named in messages.
func (c *Client) host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return c.URL
	}
	return u.Host
}
