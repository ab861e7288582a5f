// Package testkey provides the signing key of simulated authentiks. Generating one
// for each would take a tenth of a second.
package testkey

import (
	"crypto/rsa"
	"net/http/httptest"
)

// RSA returns the key of httptest's certificate, always the same.
func RSA() *rsa.PrivateKey {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	return server.TLS.Certificates[0].PrivateKey.(*rsa.PrivateKey)
}
