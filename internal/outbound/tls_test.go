package outbound_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authpocket/internal/outbound"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// authority is a private CA.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	a := authority{key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The company's own CA"}, IsCA: true,
		BasicConstraintsValid: true,
		NotBefore:             time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate = sign(t, template, template, &a.key.PublicKey, a.key)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template, parent *x509.Certificate, public *ecdsa.PublicKey,
	key *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (a authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

// serve starts a server with a certificate for localhost, changed by edit.
func (a authority) serve(t *testing.T, edit func(*x509.Certificate)) *httptest.Server {
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"localhost"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	edit(template)
	certificate := sign(t, template, a.certificate, &key.PublicKey, a.key)
	server := httptest.NewUnstartedServer(http.HandlerFunc(nothing))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}}
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// atLocalhost is a server's address by name, for the certificate names that.
func atLocalhost(server *httptest.Server) string {
	return strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
}

func TestAPrivateAuthorityIsTrustedWhenItIsNamed(t *testing.T) {
	a := newAuthority(t)
	roots, err := outbound.Roots(a.pem())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		edit   func(*x509.Certificate)
		config outbound.Config
		want   string // "" for an answer
	}{
		"named": {func(*x509.Certificate) {}, outbound.Config{Roots: roots}, ""},
		"not named": {func(*x509.Certificate) {}, outbound.Config{},
			"its certificate is signed by an authority that this machine does not trust"},
		"for another name": {func(c *x509.Certificate) { c.DNSNames = []string{"authentik.company"} },
			outbound.Config{Roots: roots}, "its certificate is for another name"},
		"expired": {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) },
			outbound.Config{Roots: roots}, "its certificate has expired or cannot be used"},
		"not valid yet": {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) },
			outbound.Config{Roots: roots}, "its certificate has expired or cannot be used"},
		"not for a server": {func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{
				x509.ExtKeyUsageClientAuth}
		}, outbound.Config{Roots: roots}, "its certificate has expired or cannot be used"},
		"without any names": {func(c *x509.Certificate) { c.DNSNames = nil }, outbound.Config{Roots: roots},
			"its certificate is for another name"},
		"of another company": {func(*x509.Certificate) {}, outbound.Config{Roots: rootsOf(t, newAuthority(t))},
			"its certificate is signed by an authority that this machine does not trust"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := fetch(t, outbound.New(test.config), atLocalhost(a.serve(t, test.edit)))
			if (err == nil) != (test.want == "") || err != nil && outbound.Reason(err).String() != test.want {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func rootsOf(t *testing.T, a authority) *x509.CertPool {
	roots, err := outbound.Roots(a.pem())
	if err != nil {
		t.Fatal(err)
	}
	return roots
}

func TestOldProtocolsAreRefused(t *testing.T) {
	a := newAuthority(t)
	server := a.serve(t, func(*x509.Certificate) {})
	server.TLS.MaxVersion = tls.VersionTLS11
	if _, _, err := fetch(t, outbound.New(outbound.Config{Roots: rootsOf(t, a)}), atLocalhost(server)); err == nil {
		t.Error("TLS 1.1 is taken")
	}
}

func TestRootsNeedACertificate(t *testing.T) {
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})
	for name, text := range map[string][]byte{"nothing": nil, "no PEM": []byte("hello"), "a key alone": key,
		"half a certificate": newAuthority(t).pem()[:200]} {
		_, err := outbound.Roots(text)
		if err == nil || !strings.Contains(err.Error(), "-----BEGIN CERTIFICATE-----") ||
			strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
