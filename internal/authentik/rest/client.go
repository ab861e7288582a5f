// Package rest sends requests to authentik's API and reads its responses. It decodes them leniently: authentik's own Go
// client rejects a response with one unknown value, even after a successful write.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
)

// Config is the address and credentials of an authentik.
type Config struct {
	URL   string       // normalised base address from addresses.Parse
	Token secret.Text  // an API token
	HTTP  *http.Client // from outbound.New
	Log   *slog.Logger // nil discards
	// Pause waits before a call is repeated. nil waits in real time.
	Pause func(context.Context, time.Duration) error
	// Versionless has Connect read the version only where authentik's brand does not show its features.
	Versionless bool
	// Meanwhile is called by Connect once it has recognised authentik, and is waited for. nil does nothing.
	Meanwhile func(context.Context)
}

// Identity is authentik's version and the token's owner.
type Identity struct {
	Version   string // "2026.5.0-rc1", empty if it was not read
	Username  string
	Name      string
	UserPK    int
	Superuser bool
	Type      string // "internal", "external", "service_account", ...
}

// Client is a connected authentik. It is safe for concurrent use.
type Client struct {
	URL      string
	HTTP     *http.Client
	Log      *slog.Logger
	token    secret.Text
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
	c := &Client{URL: cfg.URL, HTTP: cfg.HTTP, Log: cfg.Log, token: cfg.Token.AsPasted(), Pause: cfg.Pause}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
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
