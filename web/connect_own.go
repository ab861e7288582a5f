package web

import (
	"net"
	"net/http"
	"net/url"

	"authpocket/internal/link"
	"authpocket/web/door"
	"authpocket/web/session"
)

// mistaken tells of an address that cannot be the one asked for, before
// anybody is asked: the wizard's own, or the other system's. nil: it may be.
// What the program was started with counts only where nothing was typed to
// sign in with, for it may be what is mistaken.
func (s *Server) mistaken(r *http.Request, sess *session.Session, system link.System, address string, typed bool) link.Problems {
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

// ownAddress tells whether an address is the one that this page was asked at.
// The names of this machine count as one.
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
