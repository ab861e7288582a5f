package session

import (
	"net/http"
	"net/url"

	"authpocket/internal/connect"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// The two ways to sign in to PocketBase.
const (
	WithToken    = "token"
	WithPassword = "password"
)

// Login holds the address and credentials of a system.
type Login struct {
	URL      string
	With     string // "token" or "password"; authentik only takes a token
	Token    secret.Text
	Email    string
	Password secret.Text // wiped once it was used
	CA       string      // PEM, empty for the system's authorities alone
	Plain    bool        // token or password may be sent over plain http
}

// Values returns what was typed into the system's connect page, except the secrets.
func (l Login) Values(system report.System) url.Values {
	v := url.Values{}
	for key, text := range map[string]string{"url": l.URL, "ca": l.CA, "with": l.With, "email": l.Email} {
		v.Set(string(system)+"."+key, text)
	}
	if l.Plain {
		v.Set(string(system)+".insecure_http", link.Ticked)
	}
	return v
}

// Authentik is an accepted answer of the first connect page.
type Authentik struct {
	Login  Login
	System connect.AuthentikSystem
	Who    connect.AuthentikIdentity
	HTTP   *http.Client
}

// ToPocketBase returns the same without what only the form needs.
func (l Login) ToPocketBase() connect.PocketBaseLogin {
	if l.With == WithPassword {
		return connect.PocketBaseLogin{URL: l.URL, Email: l.Email, Password: l.Password, CA: l.CA}
	}
	return connect.PocketBaseLogin{URL: l.URL, Token: l.Token, CA: l.CA}
}

// PocketBase is an accepted answer of the second connect page.
type PocketBase struct {
	Login  Login
	System connect.PocketBaseSystem
	Who    connect.PocketBaseIdentity
	HTTP   *http.Client
}

// CodeStep is a sign-in to PocketBase that waits for a one-time password.
type CodeStep struct {
	Login Login
	Code  connect.CodeRequest
}

// Found is the short line of what a connection found.
func (a *Authentik) Found() say.Text {
	who := say.Raw(a.Who.Username)
	if a.Who.Superuser {
		who = say.Of("%s (superuser)", a.Who.Username)
	}
	return signedIn(a.Who.Version, who)
}

// Found is the short line of what a connection found.
func (p *PocketBase) Found() say.Text {
	return signedIn(p.Who.Version, say.Raw(p.Who.SuperuserEmail))
}

func signedIn(version string, who say.Text) say.Text {
	if version == "" {
		return say.Of("signed in as %s", who)
	}
	return say.Of("%s, signed in as %s", version, who)
}
