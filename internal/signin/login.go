package signin

import (
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// Credentials are what a person signs in to authentik with.
type Credentials struct {
	Name     string // user name or e-mail address
	Password secret.Text
	// TOTP is the secret of an authenticator app: base32, or an otpauth address. It is only needed if authentik asks
	// for a second factor.
	TOTP secret.Text
	// Code is a recovery code, which works once.
	Code secret.Text
}

// Secrets returns everything in the credentials that must not be shown.
func (c Credentials) Secrets() []secret.Text { return []secret.Text{c.Password, c.TOTP, c.Code} }

// Wipe overwrites the secrets.
func (c Credentials) Wipe() {
	for _, one := range c.Secrets() {
		one.Wipe()
	}
}

// Opening is where a sign-in begins and where it must end.
type Opening struct {
	AuthURL     string // the page to open at authentik
	RedirectURL string // where authentik sends people back to
	State       string
}

// LoginStop is the kind of reason why a sign-in at authentik did not come back.
type LoginStop string

// The reasons.
const (
	StopStage  LoginStop = "stage"  // authentik asks for what takes a person or a browser
	StopDenied LoginStop = "denied" // authentik refuses; LoginError.Cause tells why
	StopBroken LoginStop = "broken" // no answer, or none of authentik's
)

// LoginError says why a sign-in at authentik did not come back. Its texts contain no secrets.
type LoginError struct {
	Stop  LoginStop
	Step  say.Text       // what was being done, such as "sending the password"
	Stage string         // the component of authentik's stage, empty outside of a flow
	Cause report.CauseID // empty with StopStage
	What  say.Text       // what happened, in full sentences
	Todo  say.Text       // what to do about it, empty for the cause's own remedy
	Err   error          // the error behind it, or nil
}

// Error returns the step and what happened.
func (e *LoginError) Error() string { return say.Of("%s: %s", e.Step, e.What).String() }

// Unwrap returns the error behind it.
func (e *LoginError) Unwrap() error { return e.Err }
