package store

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

// SelfSigned is the name of the certificate of a fresh install.
const SelfSigned = "authentik Self-signed Certificate"

// rsaBits is smaller than authentik's 4096 to keep key generation fast.
const rsaBits = 2048

// EnsureSelfSigned creates the certificate of a fresh install when key pairs are first needed, with key or, if that
// is nil, with a new one. It panics if the random source fails or the key is unusable.
func (st *State) EnsureSelfSigned(now time.Time, key *rsa.PrivateKey) {
	if st.selfSigned {
		return
	}
	var signer crypto.Signer = key
	var err error
	if key == nil {
		signer, err = newSigner("rsa")
	}
	var pair *KeyPair
	if err == nil {
		pair, err = selfSign(now, SelfSigned, signer, 365*24*time.Hour)
	}
	if err != nil {
		panic(fmt.Sprintf("creating the self-signed certificate: %v", err))
	}
	st.Keys.Put(pair.PK, pair)
	st.selfSigned = true
}

// NewKeyPair generates a key and its self-signed certificate.
func NewKeyPair(now time.Time, name, algorithm string, validity time.Duration) (*KeyPair, error) {
	key, err := newSigner(algorithm)
	if err != nil {
		return nil, err
	}
	return selfSign(now, name, key, validity)
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
	return nil, fmt.Errorf("generating a key: no algorithm %q", algorithm)
}

// selfSign wraps a key into a self-signed certificate that is valid from yesterday.
func selfSign(now time.Time, name string, key crypto.Signer, validity time.Duration) (*KeyPair, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("generating a serial number: %w", err)
	}
	subject := pkix.Name{CommonName: name,
		Organization: []string{"authentik"}, OrganizationalUnit: []string{"Self-signed"}}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.AddDate(0, 0, -1),
		NotAfter:     now.Add(validity),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("creating a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading back a certificate: %w", err)
	}
	return &KeyPair{PK: NewID(), Name: name, Certificate: certificate, Type: KeyType(key.Public()), Key: key}, nil
}

// KeyType returns authentik's name for the type of a public key.
func KeyType(public any) string {
	switch public.(type) {
	case *rsa.PublicKey:
		return "rsa"
	case *ecdsa.PublicKey:
		return "ec"
	case ed25519.PublicKey:
		return "ed25519"
	}
	return ""
}
