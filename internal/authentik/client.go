// Package authentik is one of the two outside systems: connect to it, observe
// what it holds, carry out a change, check the running link.
//
// Requests are built by the generated client; answers are decoded leniently
// here, for the generated decoder refuses a whole answer over one unknown
// value, although the write behind it has happened.
package authentik

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// Config says which authentik to talk to, and as whom.
type Config struct {
	URL   string       // normalised base address, as link.ParseAddress returns it
	Token secret.Text  // an API token
	HTTP  *http.Client // made by outbound.New
	Log   *slog.Logger // nil discards
}

// Identity is what a connected authentik says about itself and the token.
type Identity struct {
	Version   string // "2026.5.0-rc1"
	Username  string
	Name      string
	UserPK    int
	Superuser bool
	Type      string // "internal", "external", "service_account", ...
}

// Client is a connected authentik.
type Client struct {
	identity Identity
}

// Identity returns who the token is, as found by Connect.
func (c *Client) Identity() Identity { return c.identity }

var errNotYet = errors.New("being written")

// Connect checks the address, the version and the token.
func Connect(ctx context.Context, cfg Config) (*Client, error) { return nil, errNotYet }

// Observe reads what a link needs to know.
func (c *Client) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	return link.AuthentikSnapshot{}, errNotYet
}

// Apply carries out one change.
func (c *Client) Apply(ctx context.Context, ch link.Change) error { return errNotYet }

// Check measures the link in d at authentik. person is the primary key of a
// user, 0 for the token's own.
func (c *Client) Check(ctx context.Context, d link.Desired, person int) []link.Check { return nil }

// SearchGroups returns the first groups whose name matches.
func (c *Client) SearchGroups(ctx context.Context, query string) ([]link.Ref, error) {
	return nil, errNotYet
}

// SearchUsers returns the first users that match.
func (c *Client) SearchUsers(ctx context.Context, query string) ([]link.Ref, error) {
	return nil, errNotYet
}

// SearchPolicies returns the first policies whose name matches.
func (c *Client) SearchPolicies(ctx context.Context, query string) ([]link.Ref, error) {
	return nil, errNotYet
}

// ApplicationGroups returns the groups that applications are sorted into.
func (c *Client) ApplicationGroups(ctx context.Context) ([]string, error) { return nil, errNotYet }

// Permission is one permission that the token needs, and what for.
type Permission struct {
	Codename string // "authentik_core.view_application"
	Why      string
}

// Permissions are all that a token needs for the whole of authpocket.
func Permissions() []Permission { return nil }

// MissingFor returns those of missing that ch needs.
func MissingFor(ch link.Change, missing []string) []string { return nil }
