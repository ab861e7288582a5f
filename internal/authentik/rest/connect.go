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
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// connectTimeout is the time limit of Connect.
const connectTimeout = 9 * time.Second

// oldestVersion is the oldest supported authentik.
const oldestVersion = "2025.12"

// Connect returns a client after checking that authentik responds at the address, that its version is supported
// and that the token works. It sends the token only after it has recognised authentik. The error is a
// *report.Fault whose field is authentik.url or authentik.token.
func Connect(ctx context.Context, cfg Config) (*Client, error) {
	c := NewClient(cfg)
	steady := c.Reads
	c.Reads = steady.Hasty()
	ctx, cancel := outbound.WithTimeout(ctx, connectTimeout)
	defer cancel()
	modern, err := c.recognise(ctx)
	if err != nil {
		return nil, err
	}
	if f := tokenShape(c.token.Reveal()); f != nil {
		return nil, f
	}
	var me Object
	group, both := errgroup.WithContext(ctx)
	if modern && cfg.Versionless {
		c.Features = newestFeatures()
	} else {
		group.Go(func() error { return c.readVersion(both) })
	}
	group.Go(func() (err error) {
		me, err = c.ReadMe(both)
		return err
	})
	if cfg.Meanwhile != nil {
		group.Go(func() error {
			cfg.Meanwhile(both)
			return nil
		})
	}
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

// mayRead returns a fault if the token's owner can't list providers. It is called for users without a role;
// what a role lacks is reported where it is needed.
func (c *Client) mayRead(ctx context.Context) error {
	if c.identity.Superuser {
		return nil
	}
	_, _, err := c.page(ctx, ProviderList(), 1, 1)
	if _, lacks := errors.AsType[*MissingPermission](err); lacks {
		return NewFault(report.FaultPermission, FieldToken, say.Of("This token belongs to %s, who may not see OAuth2 "+
			"providers in authentik.", Plain(c.identity.Username)),
			say.Of("Use an administrator's token, or give this account the permissions that a link needs, starting "+
				"with %s.", string(report.PermViewProvider)), err)
	}
	return nil // other errors are reported where the list is needed
}

// tokenShape returns a fault if the text can't be a token, before it is sent.
func tokenShape(token string) *report.Fault {
	const todo = "In authentik, open Directory › Tokens and App passwords and copy a token with the intent API Token."
	if token == "" {
		return NewFault(report.FaultToken, FieldToken, say.Of("The token is missing."), say.Of(todo), nil)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return NewFault(report.FaultToken, FieldToken,
			say.Of("The token contains a space or another character that authentik tokens never have."), say.Of(todo),
			nil)
	}
	return nil
}

// recognise checks that the address is authentik's, without the token: by its brand, and by its public configuration
// where the brand says nothing. modern reports whether the brand shows an authentik with all Features.
func (c *Client) recognise(ctx context.Context) (modern bool, err error) {
	once := *c
	once.Reads.Tries = 1 // the public configuration is asked again
	brand, err := once.Brand(ctx)
	if err != nil || !brand.Has("matched_domain") || !brand.Has("flow_authentication") {
		return false, c.recogniseConfig(ctx)
	}
	_, modern = DefaultAccess(brand) // this flag is as old as the Features
	return modern, nil
}

func (c *Client) recogniseConfig(ctx context.Context) error {
	n := Need{What: say.Of("its public configuration"), Field: fieldURL}
	a, err := c.Read(ctx, n, Call{Path: "/root/config/", anonymous: true})
	o, isObject := a.Object()
	switch {
	case isObject && a.OK() && o.Has("capabilities"):
		return nil
	case isObject && a.Status == http.StatusForbidden && a.Header.Get("X-Authentik-Id") != "":
		return nil // not public, but authentik
	case isObject && o.Has("message") && (o.Has("status") || o.Has("code")):
		return NewFault(report.FaultNotThis, fieldURL, say.Of("This is not authentik. It looks like PocketBase."),
			say.Of("Enter authentik's own address."), ErrorOf(n, a))
	case a.Status == http.StatusBadRequest && strings.HasPrefix(c.URL, "http://") &&
		bytes.Contains(bytes.ToUpper(a.Body), []byte("HTTPS")):
		return NewFault(report.FaultNotThis, fieldURL, say.Of("%s expects https on this port, but the address begins "+
			"with http.", c.host()),
			say.Of("Change http:// to https://."), ErrorOf(n, a))
	case a.HTML() && a.Status >= 400 && a.Status < 429 && a.Status != http.StatusUnauthorized &&
		a.Status != http.StatusForbidden && a.Status != http.StatusNotFound:
		// a web server without authentik's API
	case err != nil && (a.Err != nil || a.HTML() || a.Status >= 300 && a.Status < 400 || a.Status == 401 ||
		a.Status >= 429):
		return err
	}
	return NewFault(report.FaultNotThis, fieldURL, say.Of("%s answers, but not like authentik.", c.URL),
		say.Of("Enter the address that authentik's own pages begin with."), ErrorOf(n, a))
}

func (c *Client) readVersion(ctx context.Context) error {
	n := Need{What: say.Of("the version"), Field: FieldToken}
	a, err := c.Read(ctx, n, Get("/admin/version/"))
	if err != nil {
		return err
	}
	o, _ := a.Object()
	c.identity.Version = Plain(o.Text("version_current"))
	v, known := parseVersion(c.identity.Version)
	oldest, _ := parseVersion(oldestVersion)
	if known && v.before(oldest) {
		return NewFault(report.FaultTooOld, fieldURL, say.Of("This authentik is version %s.", c.identity.Version),
			say.Of("Upgrade to %s or later, the oldest version that authpocket supports.", oldestVersion), nil)
	}
	grants := !known || !v.before(version{2026, 5})
	c.Features = link.Features{GrantTypes: grants, MetaHide: grants, RedirectURI: grants,
		Registration: !known || !v.before(version{2026, 8})}
	return nil
}

// newestFeatures returns the features of the newest authentik.
func newestFeatures() link.Features {
	return link.Features{GrantTypes: true, MetaHide: true, RedirectURI: true, Registration: true}
}

// ReadMe returns authentik's user object of the token's owner.
func (c *Client) ReadMe(ctx context.Context) (Object, error) {
	n := Need{What: say.Of("its own account"), Field: FieldToken}
	a, err := c.Read(ctx, n, Get("/core/users/me/"))
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
