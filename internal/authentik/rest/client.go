// Package rest sends requests to authentik's API and reads its responses.
//
// The generated client builds the requests. This package decodes the responses leniently, because the generated decoder
// rejects a response with one unknown value, even after a successful write.
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

// Config is the address and credentials of an authentik.
type Config struct {
	URL   string       // normalised base address from link.ParseAddress
	Token secret.Text  // an API token
	HTTP  *http.Client // from outbound.New
	Log   *slog.Logger // nil discards
	// Pause waits before a call is repeated. nil waits in real time.
	Pause func(context.Context, time.Duration) error
}

// Identity is authentik's version and the token's owner.
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
	API      *api.APIClient // for the API, sends the token
	HTTP     *http.Client   // for everything else, without the token
	Log      *slog.Logger
	token    secret.Text // shared with the capturer
	Pause    func(context.Context, time.Duration) error
	Reads    wire.Reads
	identity Identity
	Features link.Features
}

// Identity returns the token's owner and authentik's version, as found by Connect.
func (c *Client) Identity() Identity { return c.identity }

// Forget wipes the token. The client can't be used afterwards.
func (c *Client) Forget() { c.token.Wipe() }

// NewClient returns a client without connecting.
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
	// authentik's errors have no codes, only translated sentences.
	conf.AddDefaultHeader("Accept-Language", "en")
	c := &Client{URL: cfg.URL, API: api.NewAPIClient(conf), HTTP: cfg.HTTP, Log: log, token: cfg.Token,
		Pause: cfg.Pause}
	if c.Pause == nil {
		c.Pause = outbound.Sleep
	}
	c.Reads = wire.Reads{Tries: wire.Tries, Pause: c.Pause}
	return c
}

// host returns the address as shown in messages.
func (c *Client) host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return c.URL
	}
	return u.Host
}
