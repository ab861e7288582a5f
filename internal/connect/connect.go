// Package connect connects to authentik and PocketBase, for the command and the
// wizard.
package connect

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// The accounts that tokens belong to.
type (
	AuthentikIdentity  = rest.Identity
	PocketBaseIdentity = pbrest.Identity
)

// AuthentikSystem is a connected authentik.
type AuthentikSystem interface {
	engine.Authentik
	Identity() rest.Identity
	SearchGroups(ctx context.Context, query string) ([]link.Ref, error)
	SearchUsers(ctx context.Context, query string) ([]link.Ref, error)
	SearchPolicies(ctx context.Context, query string) ([]link.Ref, error)
}

// PocketBaseSystem is a connected PocketBase.
type PocketBaseSystem interface {
	engine.PocketBase
	Identity() pbrest.Identity
}

// Connector connects to both systems. The zero value connects to real ones; tests
// set the fields.
type Connector struct {
	Authentik  func(context.Context, rest.Config) (AuthentikSystem, error)
	PocketBase func(context.Context, pbrest.Config) (PocketBaseSystem, error)
	RequestOTP func(context.Context, pbrest.Config) (string, error)
	Log        *slog.Logger
	Clients    *Clients // nil: nothing is shared
	// Through takes the place of the network for clients that are not shared; nil: the network.
	Through http.RoundTripper
	// Ahead is what both systems are asked while connecting, for an observation in the same moment. nil asks nothing.
	Ahead *link.Query
}

// WithDefaults returns c with the real connections for the fields that are nil.
func (c Connector) WithDefaults() Connector {
	if c.Authentik == nil {
		c.Authentik = func(ctx context.Context, cfg rest.Config) (AuthentikSystem, error) {
			client, err := authentik.Connect(ctx, cfg)
			if err != nil {
				return nil, err // a nil *Client in an interface would not be nil
			}
			return client, nil
		}
	}
	if c.PocketBase == nil {
		c.PocketBase = func(ctx context.Context, cfg pbrest.Config) (PocketBaseSystem, error) {
			client, err := pocketbase.Connect(ctx, cfg)
			if err != nil {
				return nil, err
			}
			return client, nil
		}
	}
	if c.RequestOTP == nil {
		c.RequestOTP = pbrest.RequestOTP
	}
	return c
}

// AuthentikLogin holds the address and credentials of an authentik.
type AuthentikLogin struct {
	URL   string
	Token secret.Text
	CA    string // PEM, trusted beside the system's authorities; empty for none
}

// Connection is a connection to one of the systems.
type Connection[System, Identity any] struct {
	System System
	Who    Identity
	HTTP   *http.Client // to close its idle connections
}

// The connections to each system.
type (
	Authentik  = Connection[AuthentikSystem, rest.Identity]
	PocketBase = Connection[PocketBaseSystem, pbrest.Identity]
)

// ToAuthentik connects to authentik. The error is a *CAError or a *report.Fault.
func (c Connector) ToAuthentik(ctx context.Context, l AuthentikLogin) (Authentik, error) {
	return shared(ctx, c.Clients, keyOf(report.Authentik, l.URL, l.CA, "", l.Token),
		func() (Authentik, error) { return c.toAuthentik(ctx, l) })
}

func (c Connector) toAuthentik(ctx context.Context, l AuthentikLogin) (Authentik, error) {
	client, err := c.client(report.Authentik, l.CA)
	if err != nil {
		return Authentik{}, err
	}
	cfg := rest.Config{URL: l.URL, Token: l.Token, HTTP: client, Log: c.Log}
	if c.Ahead != nil {
		ahead := cfg
		cfg.Meanwhile = func(ctx context.Context) { authentik.ReadAhead(ctx, ahead, *c.Ahead) }
		cfg.Versionless = true // only the wizard shows it
	}
	system, err := c.WithDefaults().Authentik(ctx, cfg)
	if err != nil {
		client.CloseIdleConnections()
		return Authentik{}, err
	}
	return Authentik{System: system, Who: system.Identity(), HTTP: client}, nil
}

// PocketBaseLogin holds the address and credentials of a PocketBase: a token, or
// an e-mail address and a password.
type PocketBaseLogin struct {
	URL      string
	Token    secret.Text
	Email    string
	Password secret.Text
	CA       string // PEM, trusted beside the system's authorities; empty for none
}

// client returns the client for a system and a CA.
func (c Connector) client(system report.System, pem string) (*http.Client, error) {
	if c.Through == nil {
		return c.Clients.of(system, pem)
	}
	if err := CheckCA(pem); err != nil {
		return nil, err
	}
	return outbound.New(outbound.Config{Through: c.Through}), nil
}

func (c Connector) config(l PocketBaseLogin) (pbrest.Config, error) {
	client, err := c.client(report.PB, l.CA)
	return pbrest.Config{URL: l.URL, Token: l.Token, Email: l.Email, Password: l.Password, HTTP: client, Log: c.Log},
		err
}

// CodeRequest is a login that waits for the one-time password that PocketBase
// sent.
type CodeRequest struct{ OTPID, MFAID string }

// ToPocketBase connects to PocketBase. The error is a *CAError or a *report.Fault,
// of kind FaultMFA if a one-time password is required.
func (c Connector) ToPocketBase(ctx context.Context, l PocketBaseLogin) (PocketBase, error) {
	return shared(ctx, c.Clients, keyOf(report.PB, l.URL, l.CA, l.Email, l.Token, l.Password),
		func() (PocketBase, error) { return c.toPocketBase(ctx, l, nil) })
}

// WithCode connects with the one-time password of r.
func (c Connector) WithCode(ctx context.Context, l PocketBaseLogin, r CodeRequest, code secret.Text) (PocketBase,
	error) {
	return c.toPocketBase(ctx, l, &pbrest.OTP{ID: r.OTPID, MFAID: r.MFAID, Code: code})
}

func (c Connector) toPocketBase(ctx context.Context, l PocketBaseLogin, otp *pbrest.OTP) (PocketBase, error) {
	cfg, err := c.config(l)
	if err != nil {
		return PocketBase{}, err
	}
	cfg.OTP = otp
	if c.Ahead != nil {
		ahead := cfg
		cfg.Meanwhile = func(ctx context.Context) { pocketbase.ReadAhead(ctx, ahead, *c.Ahead) }
	}
	system, err := c.WithDefaults().PocketBase(ctx, cfg)
	if err != nil {
		cfg.HTTP.CloseIdleConnections()
		return PocketBase{}, err
	}
	return PocketBase{System: system, Who: system.Identity(), HTTP: cfg.HTTP}, nil
}

// RequestCode has PocketBase send a one-time password. cause is the error of
// ToPocketBase that required it, or nil to send another.
func (c Connector) RequestCode(ctx context.Context, l PocketBaseLogin, cause error) (r CodeRequest, err error) {
	if needed, ok := errors.AsType[*pbrest.MFARequired](cause); ok {
		r.MFAID = needed.MFAID
	}
	cfg, err := c.config(l)
	if err != nil {
		return r, err
	}
	defer cfg.HTTP.CloseIdleConnections()
	r.OTPID, err = c.WithDefaults().RequestOTP(ctx, cfg)
	return r, err
}

// CAError is returned for CA certificates that cannot be used.
type CAError struct{ Err error }

func (e *CAError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CAError) Unwrap() error { return e.Err }

// CheckCA returns a *CAError if the PEM text has no certificate.
func CheckCA(pem string) error {
	_, err := roots(pem)
	return err
}

func roots(pem string) (*x509.CertPool, error) {
	if pem == "" {
		return nil, nil
	}
	pool, err := outbound.Roots([]byte(pem))
	if err != nil {
		return nil, &CAError{Err: err}
	}
	return pool, nil
}

// Blueprint returns an authentik blueprint for an account with the required
// permissions.
func Blueprint() string { return authentik.Blueprint() }

// Permissions returns the permissions that an authentik token needs.
func Permissions() []rest.Permission { return rest.Permissions() }

// ProofPermissions returns the permissions that only a proof needs.
func ProofPermissions() []report.Permission { return rest.OnlyForProofs() }
