package serve

import (
	"net/http"
	"strings"

	"authpocket/sandbox/authentiksim/internal/store"
)

// authenticate finds the user of the request's token. Without a Bearer header the request is anonymous; a wrong token
// is a 403, since authentik never answers 401 here.
func (c *Call) authenticate() error {
	scheme, key, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "bearer") || key == "" {
		return nil
	}
	granted := c.State.Access[key]
	if token := c.tokenByKey(key); token != nil {
		c.User = c.State.Users.Get(token.User)
	} else if granted != nil && c.Usable(granted) && granted.Holds("goauthentik.io/api") {
		c.User = c.State.Users.Get(granted.User)
	}
	if c.User == nil || !c.User.Active {
		c.User = nil
		return Refuse(http.StatusForbidden, obj{"detail": "Token invalid/expired"})
	}
	return nil
}

// tokenByKey finds an API token by its key. authentik rotates an expired API token instead of deleting it, so an
// expired one gets a new key and is not returned.
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
