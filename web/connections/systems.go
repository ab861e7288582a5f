package connections

import (
	"context"
	"errors"

	"authpocket/internal/connect"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/session"
)

func (h *Handlers) toAuthentik(ctx context.Context, l session.Login) (*session.Authentik, error) {
	c, err := h.Connect.ToAuthentik(ctx, connect.AuthentikLogin{URL: l.URL, Token: l.Token, CA: l.CA})
	if err != nil {
		return nil, caFault(err, report.Authentik)
	}
	return &session.Authentik{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

func (h *Handlers) toPocketBase(ctx context.Context, l session.Login) (*session.PocketBase, error) {
	c, err := h.Connect.ToPocketBase(ctx, l.ToPocketBase())
	return newPocketBaseAnswer(l, c, err)
}

// withCode signs in with the one-time password.
func (h *Handlers) withCode(ctx context.Context, step session.CodeStep, code secret.Text) (*session.PocketBase, error) {
	c, err := h.Connect.WithCode(ctx, step.Login.ToPocketBase(), step.Code, code)
	return newPocketBaseAnswer(step.Login, c, err)
}

func newPocketBaseAnswer(l session.Login, c connect.PocketBase, err error) (*session.PocketBase, error) {
	if err != nil {
		return nil, caFault(err, report.PB)
	}
	return &session.PocketBase{Login: l, System: c.System, Who: c.Who, HTTP: c.HTTP}, nil
}

// sendCode has PocketBase send a one-time password. cause is the error that
// asked for it, nil for another one.
func (h *Handlers) sendCode(ctx context.Context, l session.Login, cause error) (*session.CodeStep, error) {
	code, err := h.Connect.RequestCode(ctx, l.ToPocketBase(), cause)
	return &session.CodeStep{Login: l, Code: code}, caFault(err, report.PB)
}

// caFault words a certificate authority that cannot be used for the form.
func caFault(err error, system report.System) error {
	if _, ok := errors.AsType[*connect.CAError](err); !ok {
		return err
	}
	return &report.Fault{
		System: system, Field: string(system) + ".ca", Summary: say.Of("There is no certificate in this text."),
		Todo: say.Of("Paste the authority's certificate as PEM text, which starts with -----BEGIN CERTIFICATE-----."),
		Err:  err,
	}
}
