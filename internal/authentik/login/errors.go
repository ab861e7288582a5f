package login

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// stop returns the error for a flow that takes a person or a browser.
func (w *walk) stop(what, todo say.Text) error {
	if todo.Empty() {
		todo = say.Of("Test the sign-in in a browser, or use a person whose sign-in only takes a password.")
	}
	return &signin.LoginError{Stop: signin.StopStage, Step: w.step, Stage: w.stage, What: what, Todo: todo}
}

// refuse returns the error for a person whom authentik does not let through.
func (w *walk) refuse(cause report.CauseID, what say.Text) error {
	return &signin.LoginError{Stop: signin.StopDenied, Step: w.step, Stage: w.stage, Cause: cause, What: what}
}

// broken returns the error for an answer that cannot be used.
func (w *walk) broken(what say.Text, err error) error {
	return &signin.LoginError{Stop: signin.StopBroken, Step: w.step, Stage: w.stage, Cause: report.CauseAuthentikError,
		What: what, Err: err}
}

// noAnswer returns the error for a request without a complete answer.
func (w *walk) noAnswer(err error) error {
	what := say.Of("authentik at %s cannot be reached: %s.", w.base.Host, outbound.Reason(err))
	broken := &signin.LoginError{Stop: signin.StopBroken, Step: w.step, Stage: w.stage, Cause: report.CauseUnreachable,
		What: what, Todo: outbound.CertificateTodo("authentik", err), Err: withoutURL(err)}
	if errors.Is(err, context.Canceled) {
		broken.Cause, broken.What = "", say.Of("The sign-in was interrupted.")
	}
	return broken
}

// unexpected returns the error for an answer that is not authentik's.
func (w *walk) unexpected(a wire.Answer) error {
	kind := say.Of("an answer that cannot be read")
	if a.HTML() {
		kind = say.Of("a web page")
	}
	return w.broken(say.Of("authentik answered %d with %s.", a.Status, kind), nil)
}

// refused returns the error for an answer that a stage did not accept.
func (w *walk) refused(c challenge) error {
	words := say.Of("authentik does not accept the user name")
	switch {
	case c.Component == secondFactor:
		words = say.Of("authentik does not accept the code")
	case c.Component == password, c.PasswordFields:
		words = say.Of("authentik does not accept this user name and password")
	}
	return w.refuse(report.CauseCredentials, say.Of("%s: %s.", words, w.quote(strings.Join(c.Errors, " "))))
}

// denied returns the error for a flow that ends with a denial.
func (w *walk) denied(c challenge) error {
	what := say.Of("authentik denied access in its flow")
	if c.Message != "" {
		what = say.Of("%s: %s", what, w.quote(c.Message))
	}
	return w.refuse(report.CauseNoAccess, say.Of("%s.", what))
}

// flowFailed returns the error for an exception in authentik's flow.
func (w *walk) flowFailed(c challenge) error {
	what := say.Of("authentik's flow failed with an internal error.")
	if c.RequestID != "" {
		what = say.Of("%s authentik's server log has the request %s.", what, w.plain(c.RequestID))
	}
	return w.broken(what, nil)
}

// secrets returns what must not be shown.
func (w *walk) secrets() []secret.Text {
	return slices.DeleteFunc(w.who.Secrets(), func(t secret.Text) bool { return !t.IsSet() })
}

// plain returns text from authentik in a form that can be shown.
func (w *walk) plain(text string) string { return secret.Scrub(text, w.secrets()...) }

func (w *walk) quote(text string) string {
	return "“" + strings.TrimSuffix(w.plain(text), ".") + "”"
}

// withoutURL returns an error of net/http without the address, whose query has the sign-in's values.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
