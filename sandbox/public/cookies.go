package public

import (
	"net/http"
	"net/url"
	"slices"
)

// cookies is the cookie jar of one walk through one wizard. It keeps what a cookie is set with, to hand it on.
type cookies struct{ list []*http.Cookie }

// SetCookies implements http.CookieJar.
func (c *cookies) SetCookies(_ *url.URL, set []*http.Cookie) {
	for _, one := range set {
		c.list = slices.DeleteFunc(c.list, func(old *http.Cookie) bool { return old.Name == one.Name })
		if one.MaxAge >= 0 {
			c.list = append(c.list, one)
		}
	}
}

// Cookies implements http.CookieJar.
func (c *cookies) Cookies(*url.URL) []*http.Cookie { return c.list }
