// Package connections has the pages that connect authentik and PocketBase, and the one of the permissions that a token
// of authentik needs.
package connections

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"authpocket/internal/connect"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/web/middleware"
	"authpocket/web/reply"
	"authpocket/web/respond"
	"authpocket/web/session"
)

// Handlers are those of the pages.
type Handlers struct {
	Reply    *reply.Writer
	Sessions *session.Store
	Connect  *connect.Connector
	Prefill  *Prefill
}

// Prefill holds the initial answers.
type Prefill struct {
	AuthentikURL    string
	AuthentikToken  secret.Text
	PocketBaseURL   string
	PocketBaseToken secret.Text
	// CA are certificates as PEM text, trusted beside the system's for both
	// systems unless they are removed from the form.
	CA string
}

// logRefused logs why a connection failed that was just asked for. Most often
// a typing mistake is why, and the page says so: it is no error of the program.
func (h *Handlers) logRefused(r *http.Request, what string, err error) {
	if respond.Gone(r) {
		return
	}
	h.Reply.Log.InfoContext(r.Context(), what, middleware.ID(r), slog.String("refused", shorten(err.Error())))
}

// logText bounds what a line of the log repeats of what was typed, in bytes.
const logText = 300

func shorten(text string) string {
	if len(text) <= logText {
		return text
	}
	return strings.ToValidUTF8(text[:logText], "") + "…"
}

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
