package web

import (
	"net/http"

	"authpocket/internal/connect"
	"authpocket/internal/secret"
)

// The two ways to sign in to PocketBase.
const (
	withToken    = "token"
	withPassword = "password"
)

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
	system connect.AuthentikSystem
	who    connect.AuthentikIdentity
	http   *http.Client
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

// login is the same without what only the form needs.
func (l pocketbaseLogin) login() connect.PocketBaseLogin {
	if l.with == withPassword {
		return connect.PocketBaseLogin{URL: l.url, Email: l.email, Password: l.password, CA: l.ca}
	}
	return connect.PocketBaseLogin{URL: l.url, Token: l.token, CA: l.ca}
}

// pocketbaseAnswer is an accepted answer of the second connect page.
type pocketbaseAnswer struct {
	login  pocketbaseLogin
	system connect.PocketBaseSystem
	who    connect.PocketBaseIdentity
	http   *http.Client
}

// secondStep is a sign-in to PocketBase that waits for a one-time password.
type secondStep struct {
	login pocketbaseLogin
	code  connect.CodeRequest
}

// found is the short line of what a connection found.
func (a *authentikAnswer) found() string {
	role := a.who.Username
	if a.who.Superuser {
		role += " (superuser)"
	}
	return signedIn(a.who.Version, role)
}

func (p *pocketbaseAnswer) found() string { return signedIn(p.who.Version, p.who.SuperuserEmail) }

func signedIn(version, who string) string {
	if version == "" {
		return "signed in as " + who
	}
	return version + ", signed in as " + who
}
