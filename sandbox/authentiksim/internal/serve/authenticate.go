package serve

import (
	"authpocket/sandbox/authentiksim/internal/store"
	"net/http"
	"strings"
)

// authenticate finds whose token the request carries. No header, or another
// scheme than Bearer, is an anonymous request; a wrong token is refused with
// 403, as authentik never answers 401 here.
func (c *Call) authenticate() error {
	scheme, key, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "bearer") || key == "" {
		return nil
	}
	if token := c.tokenByKey(key); token != nil {
		c.User = c.State.Users.Get(token.User)
	} else if granted := c.State.Access[key]; granted != nil && c.Usable(granted) && granted.Holds("goauthentik.io/api") {
		c.User = c.State.Users.Get(granted.User)
	}
	if c.User == nil || !c.User.Active {
		c.User = nil
		return Refuse(http.StatusForbidden, obj{"detail": "Token invalid/expired"})
	}
	return nil
}

// tokenByKey finds an API token by its key. One that has expired gets a new
// key, as authentik rotates API tokens instead of deleting them.
func (c *Call) tokenByKey(key string) *store.Token {
	token := c.State.Tokens.Find(func(t *store.Token) bool { return t.Key == key && t.Intent == "api" })
	if token == nil {
		return nil
	}
	if token.Expiring && token.Expires != nil && !c.Now().Before(*token.Expires) {
		token.Key = store.RandomText(c.State.Settings.TokenLength())
		return nil
	}
	return token
}
