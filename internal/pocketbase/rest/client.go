// Package rest is a client of PocketBase's HTTP API: it connects, reads, and reports failures as faults worded for
// people.
//
// Collections are only ever read by list. Reading a single collection wipes the client secrets from the memory of a
// PocketBase older than 0.36.8, which breaks its sign-ins.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"authpocket/internal/secret"
)

// Config holds the address of a PocketBase and the superuser's credentials: a token, or an e-mail address and password.
type Config struct {
	URL      string      // base address, as addresses.Parse returns it
	Token    secret.Text // a superuser's auth or impersonate token; if unset, Email and Password are used
	Email    string
	Password secret.Text
	OTP      *OTP         // second step, when Connect returned a report.FaultMFA
	HTTP     *http.Client // made by outbound.New
	Log      *slog.Logger // nil logs nothing
	// Pause waits before a call is repeated. Nil waits in real time.
	Pause func(context.Context, time.Duration) error
	// Meanwhile is called by Connect with a token that looks like one, once it has recognised PocketBase, and is waited
	// for. It reads the settings, which then show whether the token works, instead of a request for its owner.
	Meanwhile func(context.Context)
}

// OTP is the second step for a superuser with MFA: the one-time password that PocketBase sent by e-mail.
type OTP struct {
	ID    string // what RequestOTP returned
	MFAID string // from the MFARequired in Connect's error
	Code  secret.Text
}

// MFARequired is wrapped by Connect's report.FaultMFA: the password was right, but a one-time password is needed too.
type MFARequired struct{ MFAID string }

// Error implements the error interface.
func (*MFARequired) Error() string { return "the superuser has multi-factor authentication" }

// Identity holds what Connect found out about the server and the superuser.
type Identity struct {
	// Version is exact ("0.39.11"), a range deduced from features ("0.38", "0.24-0.36", "0.40+"), or empty if unknown.
	Version        string
	SuperuserEmail string
	SuperuserID    string
	Expires        time.Time // of the token; zero if it does not say
	Refreshable    bool      // false for impersonate tokens
}

// Client accesses one PocketBase as one superuser. It is safe for concurrent use.
type Client struct {
	cfg      Config
	Wire     transport
	token    secret.Text
	identity Identity
}

// NewClient returns a client that trusts identity and cfg.Token without checking them. It sends no request.
func NewClient(cfg Config, identity Identity) *Client {
	return &Client{cfg: cfg, Wire: newTransport(cfg), token: cfg.Token, identity: identity}
}

// Identity returns what Connect found out.
func (c *Client) Identity() Identity { return c.identity }

// URL returns the base address.
func (c *Client) URL() string { return c.cfg.URL }

// Signed returns the call with the superuser's token.
func (c *Client) Signed(one Call) Call {
	one.token = c.token
	return one
}

// Forget overwrites the token and the credentials. The client cannot make superuser calls afterwards.
func (c *Client) Forget() {
	for _, s := range []secret.Text{c.token, c.cfg.Token, c.cfg.Password} {
		s.Wipe()
	}
	if c.cfg.OTP != nil {
		c.cfg.OTP.Code.Wipe()
	}
}

// Release returns what is known of the server's version.
func (c *Client) Release() Release { return ParseRelease(c.identity.Version) }

// The form fields named by the faults of this package.
const (
	fieldURL      = "pocketbase.url"
	fieldToken    = "pocketbase.token"
	fieldEmail    = "pocketbase.email"
	fieldPassword = "pocketbase.password"
	fieldOTP      = "pocketbase.otp"
)

// credentialField returns the form field of the credentials in use.
func (cfg Config) credentialField() string {
	if cfg.Token.IsSet() {
		return fieldToken
	}
	return fieldPassword
}
