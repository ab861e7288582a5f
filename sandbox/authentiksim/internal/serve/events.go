package serve

import (
	"authpocket/sandbox/authentiksim/internal/store"
	"net/url"
	"strings"
)

// note writes an event: who did what, in which request. A new event is always
// younger than the one before it.
func (c *Call) Note(e store.Event) {
	e.PK, e.ClientIP, e.Created = store.NewID(), c.clientIP(), c.State.After(c.Now())
	if e.User == nil {
		e.User = EventUser(c.User)
	}
	if e.Context == nil {
		e.Context = obj{}
	}
	e.Context["http_request"] = obj{
		"args": c.eventArgs(), "path": c.Request.URL.Path, "method": c.Request.Method,
		"request_id": c.ID, "user_agent": c.Request.UserAgent(),
	}
	c.State.Events = append(c.State.Events, &e)
}

// eventArgs is the query of the request; of the flow executor the one it was
// handed on from the page.
func (c *Call) eventArgs() obj {
	values := c.Query
	if strings.HasPrefix(c.Request.URL.Path, "/api/v3/flows/executor/") {
		// A query that cannot be read is an empty one, as in Django.
		values, _ = url.ParseQuery(c.Query.Get("query"))
	}
	args := obj{}
	for key, list := range values {
		args[key] = list[len(list)-1]
	}
	return args
}

// noteModel writes that an object was made, changed or deleted.
func (c *Call) NoteModel(action, model, app string, key any, name string) {
	c.Note(store.Event{Action: action, App: "authentik.events.middleware",
		Context: obj{"model": ModelContext(model, app, key, name)}})
}

// modelContext is an object as events write it.
func ModelContext(model, app string, key any, name string) obj {
	return obj{"pk": key, "app": app, "name": name, "model_name": model}
}

// eventUser is a user as events write it; nil is the anonymous one.
func EventUser(u *store.User) obj {
	if u == nil {
		return obj{"pk": 1, "email": "", "username": store.AnonymousName, "is_anonymous": true}
	}
	return obj{"pk": u.PK, "email": u.Email, "username": u.Username}
}

// undashed is an id as events write it.
func Undashed(id string) string { return strings.ReplaceAll(id, "-", "") }
