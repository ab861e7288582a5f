package serve

import (
	"net/http"
	"strings"

	"authpocket/sandbox/authentiksim/internal/store"
)

// Session returns the browser's session, or nil.
func (c *Call) Session() *store.Session {
	if c.sess != nil {
		return c.sess
	}
	cookie, err := c.Request.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	c.sess = c.State.Sessions[cookie.Value]
	return c.sess
}

// OpenSession returns the browser's session, or a new one.
func (c *Call) OpenSession() *store.Session {
	if s := c.Session(); s != nil {
		return s
	}
	c.sess = &store.Session{CSRF: store.RandomText(32)}
	c.renew()
	return c.sess
}

// renew gives the session a new ID, as after every sign-in.
func (c *Call) renew() {
	delete(c.State.Sessions, c.sess.ID)
	c.sess.ID = store.RandomText(32)
	c.State.Sessions[c.sess.ID] = c.sess
	c.fresh = true
}

// Person returns the user who signed in with this browser, or nil.
func (c *Call) Person() *store.User {
	s := c.Session()
	if s == nil || s.User == 0 {
		return nil
	}
	if user := c.State.Users.Get(s.User); user != nil && user.Active {
		return user
	}
	return nil
}

// SignIn signs a user in with this browser.
func (c *Call) SignIn(user *store.User) {
	s := c.OpenSession()
	known := user.LastLogin != nil
	now := c.Now()
	s.User, s.AuthTime, s.Login, s.Plan, s.TargetApp = user.PK, now, store.NewID(), nil, ""
	user.LastLogin = &now
	c.renew()
	c.Note(store.Event{Action: "login", App: "authentik.events.signals", User: EventUser(user),
		Context: obj{"auth_method": "password", "auth_method_args": obj{"known_device": known}}})
}

// SignOut ends the session.
func (c *Call) SignOut() {
	user := c.Person()
	if user == nil {
		return
	}
	c.Note(store.Event{Action: "logout", App: "authentik.events.signals", User: EventUser(user)})
	delete(c.State.Sessions, c.sess.ID)
	c.sess = nil
}

// setCookies adds the cookies of a session that this call created or renewed.
func (c *Call) setCookies(a Answer) Answer {
	if !c.fresh || c.sess == nil {
		return a
	}
	secure := strings.HasPrefix(c.Base(), "https:")
	for _, cookie := range []http.Cookie{
		{Name: sessionCookie, Value: c.sess.ID, HttpOnly: true},
		{Name: csrfCookie, Value: c.sess.CSRF},
	} {
		cookie.Path, cookie.SameSite, cookie.Secure = c.path+"/", http.SameSiteLaxMode, secure
		a = a.With("Set-Cookie", cookie.String())
	}
	return a
}

const (
	sessionCookie = "authentik_session"
	csrfCookie    = "authentik_csrf"
)
