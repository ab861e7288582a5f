package outbound_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/internal/outbound"
)

// The environment's proxies are read once per process, so the test runs
// itself again with them.
func TestBehindAProxy(t *testing.T) {
	if os.Getenv("AUTHPOCKET_TEST_BEHIND_PROXY") != "" {
		behindProxy(t)
		return
	}
	var asked atomic.Int32
	proxy := answering(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Host != "pb.example" {
			t.Errorf("the proxy is asked for %s", r.URL)
		}
		_, _ = io.WriteString(w, "from the proxy")
	})
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBehindAProxy$", "-test.v")
	cmd.Env = append(os.Environ(), "AUTHPOCKET_TEST_BEHIND_PROXY=1", "HTTP_PROXY="+proxy, "http_proxy="+proxy,
		"NO_PROXY=", "no_proxy=")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestBehindAProxy") {
		t.Errorf("%v: %s", err, out)
	}
	if asked.Load() != 1 {
		t.Errorf("the proxy was asked %d times", asked.Load())
	}
}

func behindProxy(t *testing.T) {
	_, body, err := fetch(t, outbound.New(outbound.Config{}), "http://pb.example/api/health")
	if err != nil || string(body) != "from the proxy" {
		t.Errorf("got %q, %v", body, err)
	}
	for _, host := range []string{"169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]",
		"metadata.google.internal", "0xa9fea9fe", "100.100.100.200"} {
		if _, _, err := fetch(t, outbound.New(outbound.Config{}), "http://"+host+"/"); !errors.Is(err,
			outbound.ErrAddressRefused) {
			t.Errorf("%s: the error is %v", host, err)
		}
	}
}

func TestATokenStaysWithItsHost(t *testing.T) {
	var seen atomic.Value
	elsewhere := answering(t,
		func(_ http.ResponseWriter, r *http.Request) { seen.Store(r.Header.Get("Authorization")) })
	url := answering(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
	})
	client := outbound.New(outbound.Config{})
	defer client.CloseIdleConnections()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer hunter2")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	if got := seen.Load(); got != nil {
		t.Errorf("the other host was asked, with %q", got)
	}
}
