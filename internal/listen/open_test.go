package listen_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authpocket/internal/listen"
)

func TestPlainHTTPStaysOnThisMachineUnlessToldOtherwise(t *testing.T) {
	cert, key := certificate(t)
	const public = "https://wizard.example"
	for name, test := range map[string]struct {
		options listen.Options
		exposed bool
		url     string // prefix
		err     string
	}{
		"loopback":      {options: listen.Options{Address: "127.0.0.1:0"}, url: "http://127.0.0.1:"},
		"a port":        {options: listen.Options{Address: "0"}, url: "http://127.0.0.1:"},
		"localhost":     {options: listen.Options{Address: "localhost:0"}, url: "http://"},
		"all addresses": {options: listen.Options{Address: "0.0.0.0:0"}, err: "readable"},
		"no address":    {options: listen.Options{Address: ":0"}, err: "readable"},
		"allowed": {options: listen.Options{Address: "0.0.0.0:0", InsecureHTTP: true}, exposed: true,
			url: "http://127.0.0.1:"},
		"with TLS": {options: listen.Options{Address: "0.0.0.0:0", CertFile: cert, KeyFile: key},
			url: "https://127.0.0.1:"},
		"with a proxy": {options: listen.Options{Address: "0.0.0.0:0", TrustedProxies: []string{"10.0.0.0/24",
			"::1"}, PublicURL: public}, url: public + "/"},
		"a proxy, no name": {options: listen.Options{Address: "0.0.0.0:0", TrustedProxies: []string{"10.0.0.1"}},
			err: "--public-url"},
		"a name alone": {options: listen.Options{Address: "0.0.0.0:0", PublicURL: public}, err: "readable"},
		"everyone a proxy": {options: listen.Options{Address: "127.0.0.1:0", TrustedProxies: []string{"0.0.0.0/0"},
			PublicURL: public}, err: "is everyone"},
		"no address of proxy": {options: listen.Options{Address: "127.0.0.1:0", TrustedProxies: []string{"proxy"},
			PublicURL: public}, err: "neither an address"},
		"a path in the name": {options: listen.Options{Address: "127.0.0.1:0", PublicURL: public + "/wizard"},
			err: "nothing behind the host"},
		"no scheme": {options: listen.Options{Address: "127.0.0.1:0", PublicURL: "wizard.example"},
			err: "not of the form"},
		"half a certificate": {options: listen.Options{Address: "127.0.0.1:0", CertFile: cert},
			err: "--tls-cert and --tls-key"},
		"no certificate": {options: listen.Options{Address: "127.0.0.1:0", CertFile: key, KeyFile: key},
			err: "reading the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := listen.Open(t.Context(), test.options)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			if ln.Exposed != test.exposed || !strings.HasPrefix(ln.URL, test.url) || !strings.HasSuffix(ln.URL, "/") {
				t.Errorf("exposed: %v, at %s", ln.Exposed, ln.URL)
			}
		})
	}
}

func TestAnAddressThatCannotBeListenedOn(t *testing.T) {
	for _, address := range []string{"127.0.0.1:99999", "nonsense"} {
		_, err := listen.Open(t.Context(), listen.Options{Address: address})
		if _, ok := errors.AsType[*net.OpError](err); !ok {
			t.Errorf("%s: the error is %v", address, err)
		}
	}
}

func TestHTTPSIsSpokenFromTLS12On(t *testing.T) {
	cert, key := certificate(t)
	ln, err := listen.Open(t.Context(), listen.Options{Address: "127.0.0.1:0", CertFile: cert, KeyFile: key})
	if err != nil {
		t.Fatal(err)
	}
	var secure bool
	serve(t, ln, func(_ http.ResponseWriter, r *http.Request) { secure = r.TLS != nil })
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true,
		tls.VersionTLS13: true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: version,
			MaxVersion: version}}
		res, err := (&http.Client{Transport: transport}).Get(ln.URL)
		if err == nil {
			res.Body.Close()
		}
		transport.CloseIdleConnections()
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if !secure {
		t.Error("the handler does not know that it speaks https")
	}
}

// certificate writes a certificate for 127.0.0.1 and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true,
		BasicConstraintsValid: true,
		NotBefore:             time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, bytes []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", private)
}

// A connection that comes while nobody listens is served by whoever goes on with the socket.
func TestASocketOutlivesItsListener(t *testing.T) {
	first, err := listen.Open(t.Context(), listen.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	socket, err := first.Socket()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("tcp", first.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	left, err := net.FileListener(socket)
	if err = errors.Join(err, socket.Close()); err != nil {
		t.Fatal(err)
	}
	second, err := listen.Open(t.Context(), listen.Options{Listener: left.(*net.TCPListener)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	if second.URL != first.URL || !second.Loopback {
		t.Errorf("%s goes on as %s, on the loopback address: %t", first.URL, second.URL, second.Loopback)
	}
	conn, err := second.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
