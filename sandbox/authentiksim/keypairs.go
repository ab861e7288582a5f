package authentiksim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"strings"
)

const selfSigned = "authentik Self-signed Certificate"

// rsaBits is smaller than authentik's 4096, so that a key is there at once.
const rsaBits = 2048

var keyTypes = []string{"rsa", "ec", "dsa", "ed25519", "ed448"}

var keyResource = &resource[KeyPair]{
	app: "authentik_crypto", model: "certificatekeypair", noun: "CertificateKeyPair",
	rows:   func(st *state) []*KeyPair { return st.keys.all() },
	key:    func(k *KeyPair) string { return k.PK },
	title:  func(k *KeyPair) string { return "Certificate-Key Pair " + k.Name },
	render: func(c *call, k *KeyPair) (obj, error) { return c.renderKey(k), nil },
	filters: func(c *call) map[string]filter[KeyPair] {
		filters := map[string]filter[KeyPair]{
			"has_key": whether(func(k *KeyPair) bool { return k.key != nil }),
			"managed": anyOf(func(k *KeyPair) string { return k.Managed }),
			"name":    exactly(func(k *KeyPair) string { return k.Name }),
		}
		if c.features.keyTypes {
			filters["key_type"] = someOf(keyTypes, func(k *KeyPair) string { return k.Type })
		}
		return filters
	},
	search:    func(k *KeyPair) []string { return []string{k.Name} },
	orders:    map[string]func(a, b *KeyPair) int{"name": byText(func(k *KeyPair) string { return k.Name })},
	byDefault: "name",

	rules: func(*call) []rule[KeyPair] {
		return []rule[KeyPair]{
			text("name", func(k *KeyPair) *string { return &k.Name }).need(),
			rule[KeyPair]{key: "certificate_data", set: readCertificate}.need(),
			rule[KeyPair]{key: "key_data", set: readPrivateKey},
		}
	},
	fresh: func(*call) *KeyPair { return &KeyPair{PK: newID()} },
	check: checkKey,
	store: func(c *call, k *KeyPair) { c.st.keys.put(k.PK, k) },
	remove: func(c *call, k *KeyPair) {
		c.st.keys.remove(k.PK)
		for _, p := range c.st.providers.all() {
			if p.SigningKey == k.PK {
				p.SigningKey = ""
			}
			if p.EncryptionKey == k.PK {
				p.EncryptionKey = ""
			}
		}
	},
}

func checkKey(c *call, k *KeyPair) obj {
	taken := c.st.keys.find(func(other *KeyPair) bool { return other.PK != k.PK && other.Name == k.Name })
	if taken != nil {
		return obj{"name": messages("Certificate-Key Pair with this name already exists.")}
	}
	return obj{}
}

func readCertificate(k *KeyPair, v any) any {
	source, _ := v.(string)
	block, _ := pem.Decode([]byte(source))
	if block == nil {
		return messages("Unable to load certificate.")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return messages("Unable to load certificate.")
	}
	k.Certificate, k.Type = certificate, keyType(certificate.PublicKey)
	return nil
}

func readPrivateKey(k *KeyPair, v any) any {
	source, _ := v.(string)
	if source == "" {
		return nil
	}
	block, _ := pem.Decode([]byte(source))
	if block == nil {
		return messages("Unable to load private key (possibly encrypted?).")
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		k.key, _ = parsed.(crypto.Signer)
	} else if parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		k.key = parsed
	} else if parsed, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		k.key = parsed
	}
	if k.key == nil {
		return messages("Unable to load private key (possibly encrypted?).")
	}
	return nil
}

// keyType is authentik's word for the kind of a public key.
func keyType(public any) string {
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

func (c *call) renderKey(k *KeyPair) obj {
	path := "/api/v3/crypto/certificatekeypairs/" + k.PK
	sum256, sum1 := sha256.Sum256(k.Certificate.Raw), sha1.Sum(k.Certificate.Raw)
	rendered := obj{
		"pk": k.PK, "name": k.Name, "fingerprint_sha256": colons(sum256[:]), "fingerprint_sha1": colons(sum1[:]),
		"cert_expiry":  k.Certificate.NotAfter.UTC().Format("2006-01-02T15:04:05Z"),
		"cert_subject": subject(k.Certificate.Subject), "private_key_available": k.key != nil,
		"certificate_download_url": path + "/view_certificate/?download",
		"private_key_download_url": path + "/view_private_key/?download", "managed": orNull(k.Managed),
	}
	if c.features.keyTypes {
		rendered["key_type"] = orNull(k.Type)
	} else {
		rendered["private_key_type"] = orNull(k.Type)
	}
	return rendered
}

// subject is the certificate's subject, most specific part last, as RFC 4514 writes it.
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

// colons writes a fingerprint as aa:bb:cc.
func colons(sum []byte) string {
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(pairs, ":")
}

// viewCertificate answers GET crypto/certificatekeypairs/{key}/view_certificate/.
func viewCertificate(c *call) (answer, error) {
	k, err := keyResource.found(c)
	if err != nil {
		return answer{}, err
	}
	block := &pem.Block{Type: "CERTIFICATE", Bytes: k.Certificate.Raw}
	return ok(obj{"data": string(pem.EncodeToMemory(block))})
}
