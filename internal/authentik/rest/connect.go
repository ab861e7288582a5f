package rest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
)

// connectTimeout bounds the whole of Connect.
const connectTimeout = 9 * time.Second

// oldestVersion is the oldest authentik that authpocket works with.
const oldestVersion = "2025.12"

// Connect checks on the spot that an authentik answers at the address, that
// it is new enough, and whose token this is. The token is sent only once
// authentik was recognised. The error is a *link.Fault whose field is
// authentik.url or authentik.token.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	c := NewClient(cfg)
	steady := c.Reads
	c.Reads = steady.Hasty()
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := c.recognise(ctx); err != nil {
		return nil, err
	}
	if f := tokenShape(c.token.Reveal()); f != nil {
		return nil, f
	}
	var me Object
	group, both := errgroup.WithContext(ctx)
	group.Go(func() error { return c.readVersion(both) })
	group.Go(func() (err error) {
		me, err = c.ReadMe(both)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	c.identity.Username, c.identity.Name = me.Text("username"), me.Text("name")
	c.identity.UserPK, c.identity.Type = me.Number("pk"), me.Text("type")
	c.identity.Superuser = me.Flag("is_superuser")
	if me.Has("roles") && len(me.Objects("roles")) == 0 {
		if err := c.mayRead(ctx); err != nil {
			return nil, err
		}
	}
	c.Reads = steady
	return c, nil
}

// mayRead refuses the token of a person without any role who may not even see
// the providers. What a role lacks is told where it is needed.
func (c *Client) mayRead(ctx context.Context) error {
	if c.identity.Superuser {
		return nil
	}
	_, _, err := c.page(ctx, c.ProviderList(), 1)
	if _, lacks := errors.AsType[*MissingPermission](err); lacks {
		return NewFault(link.FaultPermission, FieldToken, "This token belongs to "+Plain(c.identity.Username)+
			", who may not see OAuth2 providers in authentik.",
			"Use an administrator's token, or give this account the permissions that a link needs, starting with "+
				string(link.PermViewProvider)+".", err)
	}
	return nil // what else is wrong with a list is told where it is needed
}

// tokenShape refuses what cannot be a token before it is sent.
func tokenShape(token string) *link.Fault {
	const todo = "In authentik, open Directory › Tokens and App passwords and copy a token with the intent API Token."
	if token == "" {
		return NewFault(link.FaultToken, FieldToken, "The token is missing.", todo, nil)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return NewFault(link.FaultToken, FieldToken,
			"The token contains a space or another character that authentik tokens never have.", todo, nil)
	}
	return nil
}

// recognise asks for the public configuration, without the token.
func (c *Client) recognise(ctx context.Context) error {
	n := Need{What: "its public configuration", Field: fieldURL}
	a, err := c.readAs(ctx, n, capture{anonymous: true}, func(ctx context.Context) error {
		_, _, err := c.API.RootAPI.RootConfigRetrieve(ctx).Execute()
		return err
	})
	o, isObject := a.Object()
	switch {
	case isObject && a.OK() && o.Has("capabilities"):
		return nil
	case isObject && a.Status == http.StatusForbidden && a.Header.Get("X-Authentik-Id") != "":
		return nil // closed to strangers, but authentik
	case isObject && o.Has("message") && (o.Has("status") || o.Has("code")):
		return NewFault(link.FaultNotThis, fieldURL, "This is not authentik. It looks like PocketBase.",
			"Enter authentik's address here, and PocketBase's under PocketBase.", ErrorOf(n, a))
	case a.Status == http.StatusBadRequest && strings.HasPrefix(c.URL, "http://") &&
		bytes.Contains(bytes.ToUpper(a.Body), []byte("HTTPS")):
		return NewFault(link.FaultNotThis, fieldURL, c.host()+
			" expects https on this port, but the address begins with http.",
			"Change http:// to https://.", ErrorOf(n, a))
	case a.HTML() && a.Status >= 400 && a.Status < 429 && a.Status != http.StatusUnauthorized &&
		a.Status != http.StatusForbidden && a.Status != http.StatusNotFound:
		// a web server, but nothing that knows authentik's API
	case err != nil && (a.Err != nil || a.HTML() || a.Status >= 300 && a.Status < 400 || a.Status == 401 ||
		a.Status >= 429):
		return err
	}
	return NewFault(link.FaultNotThis, fieldURL, c.URL+" answers, but not like authentik.",
		"Enter the address that authentik's own pages begin with.", ErrorOf(n, a))
}

func (c *Client) readVersion(ctx context.Context) error {
	n := Need{What: "the version", Field: FieldToken}
	a, err := c.Read(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.AdminAPI.AdminVersionRetrieve(ctx).Execute()
		return err
	})
	if err != nil {
		return err
	}
	o, _ := a.Object()
	c.identity.Version = Plain(o.Text("version_current"))
	v, known := parseVersion(c.identity.Version)
	oldest, _ := parseVersion(oldestVersion)
	if known && v.before(oldest) {
		return NewFault(link.FaultTooOld, fieldURL, "This authentik is version "+c.identity.Version+".",
			"Upgrade to "+oldestVersion+" or later, the oldest version that authpocket supports.", nil)
	}
	grants := !known || !v.before(version{2026, 5})
	c.Features = link.Features{GrantTypes: grants, MetaHide: grants, RedirectURI: grants}
	return nil
}

// ReadMe asks who the token is. The answer is authentik's user object.
func (c *Client) ReadMe(ctx context.Context) (Object, error) {
	n := Need{What: "its own account", Field: FieldToken}
	a, err := c.Read(ctx, n, func(ctx context.Context) error {
		_, _, err := c.API.CoreAPI.CoreUsersMeRetrieve(ctx).Execute()
		return err
	})
	if err != nil {
		return nil, err
	}
	o, _ := a.Object()
	user := o.Object("user")
	if user.Text("username") == "" {
		return nil, c.unreadable(n, a)
	}
	return user, nil
}
