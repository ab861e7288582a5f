package api

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"strings"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func keyTypes() []string {
	return []string{"rsa", "ec", "dsa", "ed25519", "ed448"}
}

// KeyResource describes certificates and keys.
func KeyResource() *rest.Resource[store.KeyPair] {
	return &rest.Resource[store.KeyPair]{
		App: "authentik_crypto", Model: "certificatekeypair", Noun: "CertificateKeyPair",
		Rows:   func(st *store.State) []*store.KeyPair { return st.Keys.All() },
		Key:    func(k *store.KeyPair) string { return k.PK },
		Title:  func(k *store.KeyPair) string { return "Certificate-Key Pair " + k.Name },
		Render: func(c *serve.Call, k *store.KeyPair) (obj, error) { return renderKey(c, k), nil },
		Filters: func(c *serve.Call) rest.Filters[store.KeyPair] {
			filters := rest.Filters[store.KeyPair]{
				"has_key": rest.IsTrue(func(k *store.KeyPair) bool { return k.Key != nil }),
				"managed": rest.AnyOf(func(k *store.KeyPair) string { return k.Managed }),
				"name":    rest.Equals(func(k *store.KeyPair) string { return k.Name }),
			}
			if c.Features.KeyTypes {
				filters["key_type"] = rest.SomeOf(keyTypes(), func(k *store.KeyPair) string { return k.Type })
			}
			return filters
		},
		Search:    func(k *store.KeyPair) []string { return []string{k.Name} },
		Orders:    rest.Orders[store.KeyPair]{"name": rest.ByText(func(k *store.KeyPair) string { return k.Name })},
		ByDefault: "name",

		Rules: func(*serve.Call) []rest.Rule[store.KeyPair] {
			return []rest.Rule[store.KeyPair]{
				rest.Text("name", func(k *store.KeyPair) *string { return &k.Name }).Required(),
				rest.Rule[store.KeyPair]{Key: "certificate_data", Set: readCertificate}.Required(),
				{Key: "key_data", Set: readPrivateKey},
			}
		},
		Fresh: func(*serve.Call) *store.KeyPair { return &store.KeyPair{PK: store.NewID()} },
		Check: checkKey,
		Store: func(c *serve.Call, k *store.KeyPair) { c.State.Keys.Put(k.PK, k) },
		Remove: func(c *serve.Call, k *store.KeyPair) {
			c.State.Keys.Remove(k.PK)
			for _, p := range c.State.Providers.All() {
				if p.SigningKey == k.PK {
					p.SigningKey = ""
				}
				if p.EncryptionKey == k.PK {
					p.EncryptionKey = ""
				}
			}
		},
	}
}

func checkKey(c *serve.Call, k *store.KeyPair) obj {
	taken := func(other *store.KeyPair) bool { return other.PK != k.PK && other.Name == k.Name }
	if c.State.Keys.Find(taken) != nil {
		return obj{"name": rest.Messages("Certificate-Key Pair with this name already exists.")}
	}
	return obj{}
}

func readCertificate(k *store.KeyPair, v any) any {
	source, _ := v.(string)
	block, _ := pem.Decode([]byte(source))
	if block == nil {
		return rest.Messages("Unable to load certificate.")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return rest.Messages("Unable to load certificate.")
	}
	k.Certificate, k.Type = certificate, store.KeyType(certificate.PublicKey)
	k.CertificateData = strings.TrimSpace(source)
	return nil
}

func readPrivateKey(k *store.KeyPair, v any) any {
	source, _ := v.(string)
	if source == "" {
		return nil
	}
	block, _ := pem.Decode([]byte(source))
	if block == nil {
		return rest.Messages("Unable to load private key (possibly encrypted?).")
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		k.Key, _ = parsed.(crypto.Signer)
	} else if parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		k.Key = parsed
	} else if parsed, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		k.Key = parsed
	}
	if k.Key == nil {
		return rest.Messages("Unable to load private key (possibly encrypted?).")
	}
	k.KeyData = strings.TrimSpace(source)
	return nil
}

func renderKey(c *serve.Call, k *store.KeyPair) obj {
	path := "/api/v3/crypto/certificatekeypairs/" + k.PK
	sum256, sum1 := sha256.Sum256(k.Certificate.Raw), sha1.Sum(k.Certificate.Raw)
	rendered := obj{
		"pk": k.PK, "name": k.Name, "fingerprint_sha256": colons(sum256[:]), "fingerprint_sha1": colons(sum1[:]),
		"cert_expiry":  k.Certificate.NotAfter.UTC().Format("2006-01-02T15:04:05Z"),
		"cert_subject": subject(k.Certificate.Subject), "private_key_available": k.Key != nil,
		"certificate_download_url": path + "/view_certificate/?download",
		"private_key_download_url": path + "/view_private_key/?download", "managed": orNull(k.Managed),
	}
	if c.Features.KeyTypes {
		rendered["key_type"] = orNull(k.Type)
	} else {
		rendered["private_key_type"] = orNull(k.Type)
	}
	return rendered
}

// subject returns the certificate's subject in the form of RFC 4514, most specific part last.
func subject(name pkix.Name) string {
	var parts []string
	for _, unit := range name.OrganizationalUnit {
		parts = append(parts, "OU="+unit)
	}
	for _, organization := range name.Organization {
		parts = append(parts, "O="+organization)
	}
	return strings.Join(append(parts, "CN="+name.CommonName), ",")
}

// colons returns a fingerprint as aa:bb:cc.
func colons(sum []byte) string {
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(pairs, ":")
}

// viewCertificate answers GET crypto/certificatekeypairs/{key}/view_certificate/.
func viewCertificate(c *serve.Call) (serve.Answer, error) {
	return viewed(c, "certificate", "authentik_crypto.view_certificatekeypair_certificate",
		func(k *store.KeyPair) (string, error) {
			block := &pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw}
			return cmp.Or(k.CertificateData, string(pem.EncodeToMemory(block))), nil
		})
}

// viewPrivateKey answers GET crypto/certificatekeypairs/{key}/view_private_key/.
func viewPrivateKey(c *serve.Call) (serve.Answer, error) {
	return viewed(c, "private_key", "authentik_crypto.view_certificatekeypair_key",
		func(k *store.KeyPair) (string, error) {
			if k.Key == nil || k.KeyData != "" {
				return k.KeyData, nil
			}
			block, err := keyBlock(k.Key)
			return string(pem.EncodeToMemory(block)), err
		})
}

// viewed answers with a text of a pair: what was sent, without white space around it, or what was generated.
func viewed(c *serve.Call, kind, permission string, text func(*store.KeyPair) (string, error)) (serve.Answer, error) {
	k, err := KeyResource().Found(c)
	if err != nil {
		return serve.Answer{}, err
	}
	if !c.MayOn(permission, k.PK) {
		return serve.Answer{}, serve.Forbidden()
	}
	data, err := text(k)
	if err != nil {
		return serve.Answer{}, err
	}
	c.Note(store.Event{Action: "secret_view", App: "authentik.crypto.api", Context: obj{"type": kind,
		"secret": serve.ModelContext("certificatekeypair", "authentik_crypto", serve.Undashed(k.PK), k.Name)}})
	return serve.OK(obj{"data": data})
}

// keyBlock encodes a key as OpenSSL does by tradition, where there is such a form.
func keyBlock(key crypto.Signer) (*pem.Block, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(key)
		return &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return &pem.Block{Type: "PRIVATE KEY", Bytes: der}, err
}
