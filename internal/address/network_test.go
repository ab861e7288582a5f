package address_test

import (
	"testing"

	"authpocket/internal/address"
)

func TestSameHost(t *testing.T) {
	for name, test := range map[string]struct {
		a, b string
		want bool
	}{
		"the same":              {"https://a.company/x", "https://a.company/y", true},
		"capitals":              {"https://A.company", "https://a.company", true},
		"another scheme":        {"http://a.company", "https://a.company", false},
		"another port":          {"https://a.company:1", "https://a.company", false},
		"one that is not a URL": {"https://a.company:%", "https://a.company", false},
	} {
		if got := address.SameHost(test.a, test.b); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestPlainHTTP(t *testing.T) {
	for u, want := range map[string]bool{
		"http://authentik.company": true, "http://192.168.1.7:9000": true, "http://[2001:db8::7]/": true,
		"https://authentik.company": false, "http://localhost:9000": false, "http://pb.localhost": false,
		"http://127.0.0.1:9000": false, "http://127.8.8.8": false, "http://[::1]:9000": false, "http://%%": false,
	} {
		if got := address.PlainHTTP(u); got != want {
			t.Errorf("%s: got %v", u, got)
		}
	}
}

func TestInner(t *testing.T) {
	for raw, want := range map[string]bool{
		"http://authentik-server:9000": true, "http://authentik_server": true, "http://localhost:9000": true,
		"http://10.0.0.7":  true,
		"http://[fd12::7]": true, "http://[::1]": true, "http://172.16.1.1": true, "http://192.168.1.7": true,
		"http://pb.local": true, "http://pb.LAN": true, "http://pb.internal.": true, "http://pb.home.arpa": true,
		"http://pb.test":      true,
		"http://pb.localhost": true, "http://pb.default.svc": true, "http://pb.default.svc.cluster.local:8090": true,
		"http://pb.home": true, "http://pb.corp": true, "http://pb.intranet": true, "http://pb.private": true,
		"http://authentik.company": false, "http://192.0.2.7": false, "http://[2001:db8::7]": false,
		"http://pb.arpa": false,
		"http://pb.alt":  false, "http://internal.company": false, "http://mylocal.company": false,
		"http://pb.notlocal": false,
		"pb.local":           false, "http://": false, "http://%%": false,
	} {
		if got := address.Inner(raw); got != want {
			t.Errorf("%s: got %t", raw, got)
		}
	}
}

func TestThisMachine(t *testing.T) {
	for raw, want := range map[string]bool{
		"http://127.0.0.1:8480/try/x": true, "http://[::1]:8480/try/x": true, "https://localhost/try/x": true,
		"https://wizard.localhost/try/x": true,
		"https://LOCALHOST./":            true, "http://127.8.8.8": true,
		"https://wizard.example/try/x": false, "http://10.0.0.7:8480/try/x": false,
		"http://localhost.example/try/x": false, "%": false, "": false,
	} {
		if got := address.ThisMachine(raw); got != want {
			t.Errorf("%s: got %t", raw, got)
		}
	}
}
