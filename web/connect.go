package web

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"

	"authpocket/internal/authentik"
	"authpocket/internal/engine"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	"authpocket/internal/secret"
	"authpocket/web/view"
)

// AuthentikSystem is a connected authentik.
type AuthentikSystem interface {
	engine.Authentik
	Identity() authentik.Identity
	SearchGroups(ctx context.Context, query string) ([]link.Ref, error)
	SearchUsers(ctx context.Context, query string) ([]link.Ref, error)
	SearchPolicies(ctx context.Context, query string) ([]link.Ref, error)
}

// PocketBaseSystem is a connected PocketBase.
type PocketBaseSystem interface {
	engine.PocketBase
	Identity() pocketbase.Identity
}

// Connector makes the connections. A nil field means the real one.
type Connector struct {
	Authentik  func(context.Context, authentik.Config) (AuthentikSystem, error)
	PocketBase func(context.Context, pocketbase.Config) (PocketBaseSystem, error)
	RequestOTP func(context.Context, pocketbase.Config) (string, error)
}

// withDefaults fills in the real connections.
func (c Connector) withDefaults() Connector {
	if c.Authentik == nil {
		c.Authentik = func(ctx context.Context, cfg authentik.Config) (AuthentikSystem, error) {
			client, err := authentik.Connect(ctx, cfg)
			if err != nil {
				return nil, err // a nil *Client in an interface would not be nil
			}
			return client, nil
		}
	}
	if c.PocketBase == nil {
		c.PocketBase = func(ctx context.Context, cfg pocketbase.Config) (PocketBaseSystem, error) {
			client, err := pocketbase.Connect(ctx, cfg)
			if err != nil {
				return nil, err
			}
			return client, nil
		}
	}
	if c.RequestOTP == nil {
		c.RequestOTP = pocketbase.RequestOTP
	}
	return c
}

// authentikLogin is what it takes to connect to an authentik.
type authentikLogin struct {
	url   string
	token secret.Text
	ca    string // PEM, empty for the system's authorities alone
	plain bool   // the token may be sent over plain http
}

// authentikAnswer is an accepted answer of the first connect page.
type authentikAnswer struct {
	login  authentikLogin
	system AuthentikSystem
	who    authentik.Identity
	http   *http.Client
}

func (c Connector) authentik(ctx context.Context, l authentikLogin, log *slog.Logger) (*authentikAnswer, error) {
	client, err := httpClient(l.ca)
	if err != nil {
		return nil, &link.Fault{System: link.Authentik, Field: "authentik.ca", Summary: "There is no certificate in this text.", Todo: caTodo, Err: err}
	}
	system, err := c.Authentik(ctx, authentik.Config{URL: l.url, Token: l.token, HTTP: client, Log: log})
	if err != nil {
		client.CloseIdleConnections()
		return nil, err
	}
	return &authentikAnswer{login: l, system: system, who: system.Identity(), http: client}, nil
}

// pocketbaseLogin is what it takes to connect to a PocketBase.
type pocketbaseLogin struct {
	url      string
	with     string // "token" or "password"
	token    secret.Text
	email    string
	password secret.Text // wiped once it was used
	ca       string
	plain    bool // token or password may be sent over plain http
}

// pocketbaseAnswer is an accepted answer of the second connect page.
type pocketbaseAnswer struct {
	login  pocketbaseLogin
	system PocketBaseSystem
	who    pocketbase.Identity
	http   *http.Client
}

// secondStep is a sign-in to PocketBase that waits for a one-time password.
type secondStep struct {
	login        pocketbaseLogin
	otpID, mfaID string
}

func (c Connector) pocketbase(ctx context.Context, l pocketbaseLogin, otp *pocketbase.OTP, log *slog.Logger) (*pocketbaseAnswer, error) {
	cfg, err := pocketbaseConfig(l, log)
	if err != nil {
		return nil, err
	}
	cfg.OTP = otp
	system, err := c.PocketBase(ctx, cfg)
	if err != nil {
		cfg.HTTP.CloseIdleConnections()
		return nil, err
	}
	return &pocketbaseAnswer{login: l, system: system, who: system.Identity(), http: cfg.HTTP}, nil
}

// sendCode has PocketBase send a one-time password, once Connect has told
// that there has to be one.
func (c Connector) sendCode(ctx context.Context, l pocketbaseLogin, cause error, log *slog.Logger) (*secondStep, error) {
	step := &secondStep{login: l}
	if needed, ok := errors.AsType[*pocketbase.MFARequired](cause); ok {
		step.mfaID = needed.MFAID
	}
	cfg, err := pocketbaseConfig(l, log)
	if err != nil {
		return nil, err
	}
	defer cfg.HTTP.CloseIdleConnections()
	step.otpID, err = c.RequestOTP(ctx, cfg)
	return step, err
}

// finish signs in with the one-time password.
func (c Connector) finish(ctx context.Context, step secondStep, code secret.Text, log *slog.Logger) (*pocketbaseAnswer, error) {
	return c.pocketbase(ctx, step.login, &pocketbase.OTP{ID: step.otpID, MFAID: step.mfaID, Code: code}, log)
}

func pocketbaseConfig(l pocketbaseLogin, log *slog.Logger) (pocketbase.Config, error) {
	client, err := httpClient(l.ca)
	if err != nil {
		return pocketbase.Config{}, &link.Fault{System: link.PB, Field: "pocketbase.ca", Summary: "There is no certificate in this text.", Todo: caTodo, Err: err}
	}
	cfg := pocketbase.Config{URL: l.url, HTTP: client, Log: log}
	if l.with == withPassword {
		cfg.Email, cfg.Password = l.email, l.password
	} else {
		cfg.Token = l.token
	}
	return cfg, nil
}

const caTodo = "Paste the authority's certificate as PEM text, which starts with -----BEGIN CERTIFICATE-----."

// httpClient trusts the authority besides the system's own.
func httpClient(pem string) (*http.Client, error) {
	var roots *x509.CertPool
	if pem != "" {
		var err error
		if roots, err = outbound.Roots([]byte(pem)); err != nil {
			return nil, err
		}
	}
	return outbound.New(outbound.Config{Roots: roots}), nil
}

// blueprint makes an account in authentik that may do what is needed.
func blueprint() string { return authentik.Blueprint() }

// permissions are what a token of authentik needs, and what for.
func permissions() []view.Permission {
	var list []view.Permission
	for _, p := range authentik.Permissions() {
		list = append(list, view.Permission{Codename: p.Codename, Why: p.Why})
	}
	return list
}
