package authentiksim_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"
)

// A pair is shown as it was sent, without white space around it. Who does not see keys is refused the key.
func TestAKeyPairIsShownAsItWasSent(t *testing.T) {
	w := newWorld(t, "")
	text := func(pair any, what string) string {
		return w.must("GET", "/crypto/certificatekeypairs/"+pair.(string)+"/view_"+what+"/", nil)["data"].(string)
	}
	for _, algorithm := range []string{"rsa", "ecdsa", "ed25519"} {
		made := w.must("POST", "/crypto/certificatekeypairs/generate/", object{"common_name": algorithm,
			"validity_days": 10, "alg": algorithm})
		certificate, key := text(made["pk"], "certificate"), text(made["pk"], "private_key")
		if _, err := tls.X509KeyPair([]byte(certificate), []byte(key)); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
		if !strings.HasSuffix(certificate, "\n") || !strings.HasSuffix(key, "\n") {
			t.Errorf("%s: what was generated has no line end", algorithm)
		}
		sent := w.must("POST", "/crypto/certificatekeypairs/", object{"name": "sent " + algorithm,
			"certificate_data": certificate, "key_data": key})
		if got := text(sent["pk"], "certificate"); got != strings.TrimSpace(certificate) {
			t.Errorf("%s: the certificate is %q", algorithm, got)
		}
		if got := text(sent["pk"], "private_key"); got != strings.TrimSpace(key) {
			t.Errorf("%s: the key is %q", algorithm, got)
		}
	}
	only := w.must("POST", "/crypto/certificatekeypairs/", object{"name": "only a certificate",
		"certificate_data": text(w.key("/crypto/certificatekeypairs/?name=rsa"), "certificate")})
	if got := text(only["pk"], "private_key"); got != "" {
		t.Errorf("a pair without a key has %q", got)
	}
	path := "/crypto/certificatekeypairs/" + only["pk"].(string) + "/view_private_key/"
	token, role, _ := w.helper("authentik_crypto.view_certificatekeypair")
	w.as(token, "GET", path, nil).has(t, http.StatusForbidden)
	w.grant(role, object{"permissions": []string{"authentik_crypto.view_certificatekeypair_key"}})
	w.as(token, "GET", path, nil).has(t, http.StatusOK)
}
