package authentiksim

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
)

// errKeyType is what a key authentik cannot sign with leads to: a server error.
var errKeyType = errors.New("the key's type cannot sign")

// algorithm is the signing algorithm of a provider.
func (c *call) algorithm(p *Provider) (jose.SignatureAlgorithm, error) {
	pair := c.st.keys.get(p.SigningKey)
	if pair == nil || pair.key == nil {
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

// ecAlgorithm goes with the curve of the key.
func ecAlgorithm(pair *KeyPair) jose.SignatureAlgorithm {
	public, _ := pair.key.Public().(*ecdsa.PublicKey)
	switch public.Curve.Params().BitSize {
	case 384:
		return jose.ES384
	case 521:
		return jose.ES512
	}
	return jose.ES256
}

// sign makes a JWT of claims with the provider's key, or with its client secret
// if it has none.
func (c *call) sign(p *Provider, claims obj) (string, error) {
	algorithm, err := c.algorithm(p)
	if err != nil {
		return "", err
	}
	key := jose.SigningKey{Algorithm: algorithm, Key: []byte(p.ClientSecret)}
	if pair := c.st.keys.get(p.SigningKey); pair != nil && pair.key != nil {
		key.Key = jose.JSONWebKey{Key: pair.key, KeyID: keyID(pair)}
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
	return signed.CompactSerialize()
}

// keyID names a key in JWTs and key sets.
func keyID(pair *KeyPair) string {
	sum := sha512.Sum512(pair.Certificate.RawSubjectPublicKeyInfo)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// jwks answers GET /application/o/{slug}/jwks/.
func jwks(c *call) (answer, error) {
	_, p := c.slugged()
	if p == nil {
		return c.notFoundPage(), nil
	}
	algorithm, err := c.algorithm(p)
	if err != nil {
		return answer{}, c.crash()
	}
	pair := c.st.keys.get(p.SigningKey)
	if pair == nil || pair.key == nil {
		return ok(obj{})
	}
	sum1, sum256 := sha1.Sum(pair.Certificate.Raw), sha256.Sum256(pair.Certificate.Raw)
	return ok(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: pair.key.Public(), KeyID: keyID(pair), Algorithm: string(algorithm), Use: "sig",
		Certificates:                []*x509.Certificate{pair.Certificate},
		CertificateThumbprintSHA1:   sum1[:],
		CertificateThumbprintSHA256: sum256[:],
	}}})
}
