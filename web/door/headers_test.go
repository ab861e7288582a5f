package door

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOnePageMayTalkToOneMoreOrigin(t *testing.T) {
	for _, origin := range []string{"https://pb.example", "http://127.0.0.1:8090", "http://[::1]:8090"} {
		rec := httptest.NewRecorder()
		setHeaders(rec.Header(), httptest.NewRequest("GET", "/", nil))
		if err := AllowConnect(rec, origin); err != nil {
			t.Errorf("%s: %v", origin, err)
		}
		if got, want := rec.Header().Get(policyHeader), strings.Replace(ContentPolicy, "connect-src 'self'",
			"connect-src 'self' "+origin, 1); got != want {
			t.Errorf("the policy is %q", got)
		}
	}
}

func TestNothingElseGetsIntoThePolicy(t *testing.T) {
	for _, origin := range []string{
		"", "*", "https:", "https://", "https://*", "https://pb.example/", "https://pb.example; script-src *",
		"https://pb.example script-src",
		"https://a,b", "data:", "javascript:x", "ws://pb.example", "https://u:p@pb.example", "https://pb.example?x",
		"https://pb.example#x", "HTTPS://pb.example", "https://pb.example\r\nX: y",
	} {
		rec := httptest.NewRecorder()
		setHeaders(rec.Header(), httptest.NewRequest("GET", "/", nil))
		if err := AllowConnect(rec, origin); err == nil || rec.Header().Get(policyHeader) != ContentPolicy {
			t.Errorf("%q: %v, the policy is %q", origin, err, rec.Header().Get(policyHeader))
		}
	}
}

func TestOtherSitesLearnNoAddress(t *testing.T) {
	for host, want := range map[string]string{
		"http://127.0.0.1:8480": "no-referrer", "http://a.localhost:8480": "no-referrer",
		"http://wizard.lan": "same-origin", "http://192.168.1.5:8480": "same-origin",
	} {
		rec := httptest.NewRecorder()
		setHeaders(rec.Header(), httptest.NewRequest("GET", host+"/", nil))
		if got := rec.Header().Get("Referrer-Policy"); got != want {
			t.Errorf("%s: %q", host, got)
		}
	}
}

func TestTransportSecurityIsAskedForOnHTTPSOnly(t *testing.T) {
	for host, want := range map[string]bool{"http://wizard.example": false, "https://wizard.example": true,
		"https://localhost": false, "https://127.0.0.1": false} {
		req := httptest.NewRequest("GET", host+"/", nil)
		if req.TLS = nil; strings.HasPrefix(host, "https") {
			req.TLS = &tls.ConnectionState{}
		}
		rec := httptest.NewRecorder()
		Headers(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(rec, req)
		if got := rec.Header().Get("Strict-Transport-Security") != ""; got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}
