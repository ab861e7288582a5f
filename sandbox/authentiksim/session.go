package authentiksim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	sessionCookie = "authentik_session"
	csrfCookie    = "authentik_csrf"
)

// session is what the server remembers about one browser.
type session struct {
	id   string
	csrf string
	user int // 0 until somebody has signed in
	// authTime is when that was, and login an id of that one sign-in.
	authTime time.Time
	login    string
	// relogin is the sign-in that prompt=login found, and wants another after.
	relogin string
	// pre is the application people were on their way to when they were sent to the login.
	pre  string
	plan *flowPlan
}

// sid is the session as tokens name it.
func (s *session) sid() string {
	sum := sha256.Sum256([]byte(s.id))
	return hex.EncodeToString(sum[:])
}

// session is the browser's session, or nil.
func (c *call) session() *session {
	if c.sess != nil {
		return c.sess
	}
	cookie, err := c.req.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	c.sess = c.st.sessions[cookie.Value]
	return c.sess
}

// openSession is the browser's session, made now if it has none.
func (c *call) openSession() *session {
	if s := c.session(); s != nil {
		return s
	}
	c.sess = &session{csrf: randomText(32)}
	c.renew()
	return c.sess
}

// renew gives the session another id, as after every sign-in.
func (c *call) renew() {
	delete(c.st.sessions, c.sess.id)
	c.sess.id = randomText(32)
	c.st.sessions[c.sess.id] = c.sess
	c.fresh = true
}

// person is who has signed in with this browser, or nil.
func (c *call) person() *User {
	s := c.session()
	if s == nil || s.user == 0 {
		return nil
	}
	if user := c.st.users.get(s.user); user != nil && user.Active {
		return user
	}
	return nil
}

// signIn makes the session that of a user.
func (c *call) signIn(user *User) {
	s := c.openSession()
	known := user.LastLogin != nil
	now := c.now()
	s.user, s.authTime, s.login, s.plan, s.pre = user.PK, now, newID(), nil, ""
	user.LastLogin = &now
	c.renew()
	c.note(Event{Action: "login", App: "authentik.events.signals", User: eventUser(user),
		Context: obj{"auth_method": "password", "auth_method_args": obj{"known_device": known}}})
}

// signOut ends the session.
func (c *call) signOut() {
	user := c.person()
	if user == nil {
		return
	}
	c.note(Event{Action: "logout", App: "authentik.events.signals", User: eventUser(user)})
	delete(c.st.sessions, c.sess.id)
	c.sess = nil
}

// setCookies adds the cookies of a session made or renewed by this call.
func (c *call) setCookies(a answer) answer {
	if !c.fresh || c.sess == nil {
		return a
	}
	secure := strings.HasPrefix(c.base(), "https:")
	for _, cookie := range []http.Cookie{
		{Name: sessionCookie, Value: c.sess.id, HttpOnly: true},
		{Name: csrfCookie, Value: c.sess.csrf},
	} {
		cookie.Path, cookie.SameSite, cookie.Secure = "/", http.SameSiteLaxMode, secure
		a = a.with("Set-Cookie", cookie.String())
	}
	return a
}

// localPath is where a next parameter leads on this server. Other servers'
// addresses lead to the front page.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.HasPrefix(next, "/\\") {
		return "/"
	}
	return next
}

// withNext is a raw query, written again in its order, with where to go on to.
func withNext(rawQuery, next string) string {
	encoded := reencode(rawQuery)
	if encoded != "" {
		encoded += "&"
	}
	return encoded + "next=" + url.QueryEscape(next)
}

// reencode writes a raw query again, in its order, in one way of escaping.
func reencode(rawQuery string) string {
	var pairs []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, requote(key)+"="+requote(value))
	}
	return strings.Join(pairs, "&")
}

func requote(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	return url.QueryEscape(plain)
}
