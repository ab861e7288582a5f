package flow

import (
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// userNamed returns the user with a user name or e-mail address, or nil.
func userNamed(c *serve.Call, name string) *store.User {
	if name == "" {
		return nil
	}
	return c.State.Users.Find(func(u *store.User) bool {
		return u.Username != store.AnonymousName && (u.Username == name || u.Email == name)
	})
}

// passwordFits reports whether a password is right, and notes if it is not. That of an inactive user never is.
func passwordFits(c *serve.Call, user *store.User, password string) bool {
	if user != nil && user.Active && user.Password != "" && store.SameSecret(user.Password, password) {
		return true
	}
	if user != nil {
		c.Note(store.Event{Action: "login_failed", App: "authentik.events.signals", User: serve.EventUser(nil),
			Context: obj{"username": user.Username, "password": "********************"}})
	}
	return false
}
