package oidc

import (
	"crypto/ecdsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// errKeyType is returned for keys that authentik cannot sign with. It results in a server error.
var errKeyType = errors.New("the key's type cannot sign")

// algorithm returns the signing algorithm of a provider.
func algorithm(c *serve.Call, p *store.Provider) (jose.SignatureAlgorithm, error) {
	pair := c.State.Keys.Get(p.SigningKey)
	if pair == nil || pair.Key == nil {
		return jose.HS256, nil
	}
	switch pair.Type {
	case "rsa":
		return jose.RS256, nil
	case "ec":
		return ecAlgorithm(pair), nil
	}
	return "", errKeyType
}

// ecAlgorithm returns the algorithm for the curve of a key.
func ecAlgorithm(pair *store.KeyPair) jose.SignatureAlgorithm {
	public, _ := pair.Key.Public().(*ecdsa.PublicKey)
	switch public.Curve.Params().BitSize {
	case 384:
		return jose.ES384
	case 521:
		return jose.ES512
	}
	return jose.ES256
}

// sign returns claims as a JWT, signed with the provider's key or, without one, its client secret, and encrypted if it
// has an encryption key.
func sign(c *serve.Call, p *store.Provider, claims obj) (string, error) {
	algorithm, err := algorithm(c, p)
	if err != nil {
		return "", err
	}
	key := jose.SigningKey{Algorithm: algorithm, Key: []byte(p.ClientSecret)}
	if pair := c.State.Keys.Get(p.SigningKey); pair != nil && pair.Key != nil {
		key.Key = jose.JSONWebKey{Key: pair.Key, KeyID: keyID(pair)}
	}
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("preparing to sign: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encoding claims: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	token, err := signed.CompactSerialize()
	if pair := c.State.Keys.Get(p.EncryptionKey); err == nil && pair != nil && pair.Key != nil {
		return encrypt(pair, token)
	}
	return token, err
}

// encrypt returns a JWT as JWE, for the provider's encryption key.
func encrypt(pair *store.KeyPair, token string) (string, error) {
	to := jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: pair.Key.Public(), KeyID: keyID(pair)}
	encrypter, err := jose.NewEncrypter(jose.A256CBC_HS512, to, (&jose.EncrypterOptions{}).WithType("JWE"))
	if err != nil {
		return "", fmt.Errorf("preparing to encrypt: %w", err)
	}
	encrypted, err := encrypter.Encrypt([]byte(token))
	if err != nil {
		return "", fmt.Errorf("encrypting: %w", err)
	}
	return encrypted.CompactSerialize()
}

// keyID returns the ID of a key in JWTs and key sets.
func keyID(pair *store.KeyPair) string {
	sum := sha512.Sum512(pair.Certificate.RawSubjectPublicKeyInfo)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// jwks answers GET /application/o/{slug}/jwks/.
func jwks(c *serve.Call) (serve.Answer, error) {
	_, p := slugged(c)
	if p == nil {
		return c.NotFoundPage(), nil
	}
	algorithm, err := algorithm(c, p)
	if err != nil {
		return serve.Answer{}, c.Crash()
	}
	pair := c.State.Keys.Get(p.SigningKey)
	if pair == nil || pair.Key == nil {
		return serve.OK(obj{})
	}
	sum1, sum256 := sha1.Sum(pair.Certificate.Raw), sha256.Sum256(pair.Certificate.Raw)
	return serve.OK(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: pair.Key.Public(), KeyID: keyID(pair), Algorithm: string(algorithm), Use: "sig",
		Certificates:                []*x509.Certificate{pair.Certificate},
		CertificateThumbprintSHA1:   sum1[:],
		CertificateThumbprintSHA256: sum256[:],
	}}})
}
