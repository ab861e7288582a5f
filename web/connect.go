package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/door"
	"authpocket/web/session"
	"authpocket/web/view/setup"
)

func (s *Server) toAuthentik(ctx context.Context, l session.AuthentikLogin) (*session.Authentik, error) {
	c, err := s.cfg.Connect.ToAuthentik(ctx, connect.AuthentikLogin{URL: l.URL, Token: l.Token, CA: l.CA})
	if err != nil {
		return nil, caFault(err, link.Authentik)
	}
	return &session.Authentik{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

func (s *Server) toPocketBase(ctx context.Context, l session.PocketBaseLogin) (*session.PocketBase, error) {
	c, err := s.cfg.Connect.ToPocketBase(ctx, l.Login())
	return newPocketBaseAnswer(l, c, err)
}

// withCode signs in with the one-time password.
func (s *Server) withCode(ctx context.Context, step session.CodeStep, code secret.Text) (*session.PocketBase, error) {
	c, err := s.cfg.Connect.WithCode(ctx, step.Login.Login(), step.Code, code)
	return newPocketBaseAnswer(step.Login, c, err)
}

func newPocketBaseAnswer(l session.PocketBaseLogin, c connect.PocketBase, err error) (*session.PocketBase, error) {
	if err != nil {
		return nil, caFault(err, link.PB)
	}
	return &session.PocketBase{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

// sendCode has PocketBase send a one-time password. cause is the error that
// asked for it, nil for another one.
func (s *Server) sendCode(ctx context.Context, l session.PocketBaseLogin, cause error) (*session.CodeStep, error) {
	code, err := s.cfg.Connect.RequestCode(ctx, l.Login(), cause)
	return &session.CodeStep{Login: l, Code: code}, caFault(err, link.PB)
}

// caFault words a certificate authority that cannot be used for the form.
func caFault(err error, system link.System) error {
	if _, ok := errors.AsType[*connect.CAError](err); !ok {
		return err
	}
	return &link.Fault{
		System: system, Field: string(system) + ".ca", Summary: "There is no certificate in this text.",
		Todo: "Paste the authority's certificate as PEM text, which starts with -----BEGIN CERTIFICATE-----.", Err: err,
	}
}

// permissions returns the permissions that an authentik token needs, with reasons.
func permissions() []setup.Permission {
	var list []setup.Permission
	for _, p := range connect.Permissions() {
		list = append(list, setup.Permission{Codename: p.Codename, Why: p.Why})
	}
	return list
}

// connectionProblems are the problems of a page whose connection failed. A
// field that the page does not have is not named.
func connectionProblems(err error, fields ...string) link.Problems {
	said := link.MessageOf(err)
	p := link.Problem{Summary: said.What(), Todo: said.Advice(link.OnPage)}
	if slices.Contains(fields, said.Field) {
		p.Field = said.Field
	}
	return link.Problems{p}
}

// mistaken returns the problem of an address that is the wizard's own or the other
// system's, before any request is sent. The address that the program was started
// with only counts where no credentials were entered: it may be the mistake.
func (s *Server) mistaken(r *http.Request, sess *session.Session, system link.System, address string,
	typed bool) link.Problems {
	p, other, known := sess.Look(), link.PB, ""
	if !typed {
		known = s.cfg.Prefill.PocketBaseURL
	}
	if p.PocketBase != nil {
		known = p.PocketBase.Login.URL
	}
	if system == link.PB {
		if other, known = link.Authentik, ""; p.Authentik != nil {
			known = p.Authentik.Login.URL
		}
	}
	whose := ""
	switch {
	case address == "":
		return nil
	case ownAddress(r, address):
		whose = "this wizard"
	case known != "" && address == known:
		whose = "your " + other.Label()
	default:
		return nil
	}
	return link.Problems{{
		Field: string(system) + ".url", Summary: "This is the address of " + whose + ", not of " + system.Label() + ".",
		Todo: "Enter " + system.Label() + "'s own address.",
	}}
}

// ownAddress reports whether an address is the one of this request. All names of
// this machine count as one.
func ownAddress(r *http.Request, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	scheme := "http"
	if door.Secure(r) {
		scheme = "https"
	}
	own := &url.URL{Scheme: scheme, Host: r.Host}
	return machine(u.Hostname()) == machine(own.Hostname()) && port(u) == port(own)
}

func machine(host string) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return "localhost"
	}
	return host
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
