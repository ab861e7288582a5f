package pocketbase

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/sandbox/pocketbasehost"
)

// config returns a config with outbound's real client.
func config(t testing.TB, url, token string) rest.Config {
	t.Helper()
	client := outbound.New(outbound.Config{})
	own := *client // keeps the transport, which a recorder would replace
	t.Cleanup(own.CloseIdleConnections)
	return rest.Config{URL: url, Token: secret.New(token), HTTP: client, Pause: pbtest.NoPause}
}

// connect connects to a real server and returns a recorder of the requests after that.
func connect(t testing.TB, server *pocketbasehost.Server) (*Client, *pbtest.Recorder) {
	t.Helper()
	return connectAs(t, config(t, server.URL(), server.Token()))
}

// connectAs connects with cfg and returns a recorder of the requests after that.
func connectAs(t testing.TB, cfg rest.Config) (*Client, *pbtest.Recorder) {
	t.Helper()
	calls := pbtest.Record(cfg.HTTP)
	client, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	calls.Reset()
	t.Cleanup(func() { calls.CheckManners(t) })
	return client, calls
}

// observe returns the users collection.
func observe(t testing.TB, c *Client) *link.CollectionState {
	t.Helper()
	snap, err := c.Observe(t.Context(), link.Query{Collection: "users"})
	if err != nil {
		t.Fatal(err)
	}
	users := snap.Collection("users")
	if users == nil {
		t.Fatal("there is no collection users")
	}
	return users
}

// memory returns a client whose requests are answered by a function of the test.
func memory(version string, play func(*http.Request) (*http.Response, error)) *Client {
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := &http.Client{Transport: pbtest.RoundTrip(play), CheckRedirect: noRedirects}
	cfg := rest.Config{URL: "http://pocketbase.test", Token: secret.New("token"), HTTP: client}
	return newFacade(rest.NewClient(cfg, rest.Identity{Version: version}))
}

// send sends what the tests need beyond a client's own calls.
func send(t testing.TB, method, url, token string, body, into any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %v, %d: %s", method, url, err, res.StatusCode, answer)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatal(err)
	}
}
