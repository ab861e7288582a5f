package rest

import (
	"net/http"
	"testing"

	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/secret"
)

// config returns a config with outbound's real client.
func config(t testing.TB, url, token string) Config {
	t.Helper()
	client := outbound.New(outbound.Config{})
	own := *client // keeps the transport, which a recorder would replace
	t.Cleanup(own.CloseIdleConnections)
	return Config{URL: url, Token: secret.New(token), HTTP: client, Pause: pbtest.NoPause}
}

// memory returns a client whose requests are answered by a function of the test.
func memory(version string, play func(*http.Request) (*http.Response, error)) *Client {
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client := &http.Client{Transport: pbtest.RoundTrip(play), CheckRedirect: noRedirects}
	cfg := Config{URL: "http://pocketbase.test", Token: secret.New("token"), HTTP: client}
	return NewClient(cfg, Identity{Version: version})
}

// seesUsers checks that the client can read the collection users.
func seesUsers(t testing.TB, c *Client) {
	t.Helper()
	users, err := c.ReadCollection(t.Context(), "", "users")
	if err != nil || users == nil {
		t.Fatalf("users is %+v, %v", users, err)
	}
}
