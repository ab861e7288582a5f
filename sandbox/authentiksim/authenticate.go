package authentiksim

import (
	"net/http"
	"strings"
)

// authenticate finds whose token the request carries. No header, or another
// scheme than Bearer, is an anonymous request; a wrong token is refused with
// 403, as authentik never answers 401 here.
func (c *call) authenticate() error {
	scheme, key, _ := strings.Cut(c.req.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if !strings.EqualFold(scheme, "bearer") || key == "" {
		return nil
	}
	if token := c.tokenByKey(key); token != nil {
		c.user = c.st.users.get(token.User)
	} else if granted := c.st.access[key]; granted != nil && c.usable(granted) && granted.holds("goauthentik.io/api") {
		c.user = c.st.users.get(granted.user)
	}
	if c.user == nil || !c.user.Active {
		c.user = nil
		return refuse(http.StatusForbidden, obj{"detail": "Token invalid/expired"})
	}
	return nil
}

// tokenByKey finds an API token by its key. One that has expired gets a new
// key, as authentik rotates API tokens instead of deleting them.
func (c *call) tokenByKey(key string) *Token {
	token := c.st.tokens.find(func(t *Token) bool { return t.key == key && t.Intent == "api" })
	if token == nil {
		return nil
	}
	if token.Expiring && token.Expires != nil && !c.now().Before(*token.Expires) {
		token.key = randomText(c.st.settings.tokenLength())
		return nil
	}
	return token
}
