package serve

import (
	"net/url"
	"slices"
	"strings"

	"authpocket/sandbox/authentiksim/internal/store"
)

// Note writes an event about this request. A new event is always younger than the previous one.
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
	if over := len(c.State.Events) - c.Config.EventsKept; c.Config.EventsKept > 0 && over > 0 {
		c.State.Events = slices.Delete(c.State.Events, 0, over)
	}
}

// eventArgs returns the query of the request or, for the flow executor, the query of its page.
func (c *Call) eventArgs() obj {
	values := c.Query
	if strings.HasPrefix(c.Request.URL.Path, "/api/v3/flows/executor/") {
		// An invalid query counts as empty, as in Django.
		values, _ = url.ParseQuery(c.Query.Get("query"))
	}
	args := obj{}
	for key, list := range values {
		args[key] = list[len(list)-1]
	}
	return args
}

// NoteModel writes that an object was created, changed or deleted.
func (c *Call) NoteModel(action, model, app string, key any, name string) {
	c.Note(store.Event{Action: action, App: "authentik.events.middleware",
		Context: obj{"model": ModelContext(model, app, key, name)}})
}

// ModelContext returns an object in the form of events.
func ModelContext(model, app string, key any, name string) obj {
	return obj{"pk": key, "app": app, "name": name, "model_name": model}
}

// EventUser returns a user in the form of events; nil is the anonymous user.
func EventUser(u *store.User) obj {
	if u == nil {
		return obj{"pk": 1, "email": "", "username": store.AnonymousName, "is_anonymous": true}
	}
	return obj{"pk": u.PK, "email": u.Email, "username": u.Username}
}

// Undashed returns an ID in the form of events.
func Undashed(id string) string { return strings.ReplaceAll(id, "-", "") }
