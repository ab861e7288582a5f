package authentiksim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// keyForm is the body of POST crypto/certificatekeypairs/generate/.
type keyForm struct {
	name, algorithm, alternatives string
	days                          int
}

// generateKey answers POST crypto/certificatekeypairs/generate/.
func generateKey(c *call) (answer, error) {
	if !c.may("authentik_crypto.add_certificatekeypair") {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	asked := keyForm{algorithm: "rsa"}
	errs := fill([]rule[keyForm]{
		text("common_name", func(f *keyForm) *string { return &f.name }).need(),
		blankText("subject_alt_name", func(f *keyForm) *string { return &f.alternatives }),
		number("validity_days", -1<<31, func(f *keyForm) *int { return &f.days }).need(),
		choice("alg", []string{"rsa", "ecdsa", "ed25519", "ed448"}, func(f *keyForm) *string { return &f.algorithm }),
	}, &asked, in, false)
	if len(errs) == 0 && asked.algorithm == "ed448" {
		errs["alg"] = messages("This simulated authentik cannot make Ed448 keys.")
	}
	if taken := checkKey(c, &KeyPair{Name: asked.name}); len(errs) == 0 && len(taken) > 0 {
		errs = obj{"common_name": taken["name"]}
	}
	if len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	pair, err := c.newKeyPair(asked.name, asked.algorithm, time.Duration(asked.days)*24*time.Hour)
	if err != nil {
		return answer{}, err
	}
	keyResource.add(c, pair)
	return ok(c.renderKey(pair))
}

// newKeyPair makes a key and the certificate it signs for itself.
func (s *Server) newKeyPair(name, algorithm string, validity time.Duration) (*KeyPair, error) {
	key, err := newSigner(algorithm)
	if err != nil {
		return nil, err
	}
	return s.pairOf(name, key, validity)
}

func newSigner(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "rsa":
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case "ecdsa":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return nil, fmt.Errorf("making a key: no algorithm %q", algorithm)
}

// pairOf wraps a key into a self-signed certificate that is good from a day ago on.
func (s *Server) pairOf(name string, key crypto.Signer, validity time.Duration) (*KeyPair, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("drawing a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name, Organization: []string{"authentik"}, OrganizationalUnit: []string{"Self-signed"}},
		NotBefore:    s.now().AddDate(0, 0, -1),
		NotAfter:     s.now().Add(validity),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading back a certificate: %w", err)
	}
	return &KeyPair{PK: newID(), Name: name, Certificate: certificate, Type: keyType(key.Public()), key: key}, nil
}
