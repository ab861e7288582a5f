// Package testkey has the key that the simulated authentiks of tests sign
// with. To generate one takes a tenth of a second, for each of them.
package testkey

import (
	"crypto/rsa"
	"net/http/httptest"
)

// RSA returns the key of httptest's own certificate, the same each time.
func RSA() *rsa.PrivateKey {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	return server.TLS.Certificates[0].PrivateKey.(*rsa.PrivateKey)
}
