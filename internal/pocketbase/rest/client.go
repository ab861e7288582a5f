// Package rest speaks to a PocketBase over its HTTP API: it connects, reads,
// and puts what goes wrong into words.
//
// Collections are only ever read by list. Reading a single collection wipes
// the client secrets from the memory of a PocketBase older than 0.36.8, and
// breaks the sign-ins that run on it.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"authpocket/internal/secret"
)

// Config says which PocketBase to speak to and as whom: with a superuser's
// token, or with an e-mail address and password.
type Config struct {
	URL      string      // base address, as link.ParseAddress returns it
	Token    secret.Text // a superuser's auth or impersonate token, or:
	Email    string
	Password secret.Text
	OTP      *OTP         // second step, when Connect returned a link.FaultMFA
	HTTP     *http.Client // made by outbound.New
	Log      *slog.Logger // nil: nothing is logged
	// Pause waits before a call is repeated. nil: in real time.
	Pause func(context.Context, time.Duration) error
}

// OTP is the second step of a superuser who has MFA: the one-time password
// that PocketBase sent by e-mail.
type OTP struct {
	ID    string // what RequestOTP returned
	MFAID string // from the MFARequired in Connect's error
	Code  secret.Text
}

// MFARequired is wrapped by the link.FaultMFA of Connect: the password was
// right, and a one-time password is asked for besides.
type MFARequired struct{ MFAID string }

func (*MFARequired) Error() string { return "the superuser has multi-factor authentication" }

// Identity is what Connect found out.
type Identity struct {
	// Version is exact ("0.39.11"), a span that features showed ("0.38",
	// "0.24-0.36", "0.40+"), or empty where it is not known.
	Version        string
	SuperuserEmail string
	SuperuserID    string
	Expires        time.Time // of the token; zero where it does not say
	Refreshable    bool      // false for impersonate tokens
	RealIP         string    // how PocketBase sees this machine; empty: not told
}

// Client speaks to one PocketBase as one superuser. It may be used by several
// goroutines.
type Client struct {
	cfg      Config
	Wire     transport
	token    secret.Text
	identity Identity
}

// NewClient returns a client that has asked nothing yet and takes identity and
// the token of cfg for granted.
func NewClient(cfg Config, identity Identity) *Client {
	return &Client{cfg: cfg, Wire: newTransport(cfg), token: cfg.Token, identity: identity}
}

// Identity returns what Connect found out.
func (c *Client) Identity() Identity { return c.identity }

// URL returns the base address.
func (c *Client) URL() string { return c.cfg.URL }

// Signed is the call with the superuser's token.
func (c *Client) Signed(one Call) Call {
	one.token = c.token
	return one
}

// Forget overwrites the token and what it was got with. Nothing can be asked
// of PocketBase as a superuser afterwards.
func (c *Client) Forget() {
	for _, s := range []secret.Text{c.token, c.cfg.Token, c.cfg.Password} {
		s.Wipe()
	}
	if c.cfg.OTP != nil {
		c.cfg.OTP.Code.Wipe()
	}
}

// Release is what is known of the server's version.
func (c *Client) Release() Release { return ParseRelease(c.identity.Version) }

// The form fields that faults of this package name.
const (
	fieldURL      = "pocketbase.url"
	fieldToken    = "pocketbase.token"
	fieldEmail    = "pocketbase.email"
	fieldPassword = "pocketbase.password"
	fieldOTP      = "pocketbase.otp"
)

// credentialField is the field of the credentials in use.
func (cfg Config) credentialField() string {
	if cfg.Token.IsSet() {
		return fieldToken
	}
	return fieldPassword
}
