package pocketbasehost

import (
	"errors"
	"net/http"
)

// ErrOutgoing is returned for a request that leads out of the sandbox.
var ErrOutgoing = errors.New("nothing leaves the sandbox")

type throughKey struct{}

// Outgoing is what http.DefaultTransport has to be in a program that runs Insides, because PocketBase sends requests
// through that. It passes the requests that an Inside sends for one of its own to the Inside's Through, and refuses
// all others.
type Outgoing struct{}

// RoundTrip implements http.RoundTripper.
func (Outgoing) RoundTrip(r *http.Request) (*http.Response, error) {
	if through, _ := r.Context().Value(throughKey{}).(http.RoundTripper); through != nil {
		return through.RoundTrip(r)
	}
	if r.Body != nil {
		_ = r.Body.Close() // nothing was sent
	}
	return nil, ErrOutgoing
}
