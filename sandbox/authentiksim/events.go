package authentiksim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const anonymousName = "AnonymousUser"

// note writes an event: who did what, in which request. A new event is always
// younger than the one before it.
func (c *call) note(e Event) {
	e.PK, e.ClientIP, e.Created = newID(), c.clientIP(), c.st.after(c.now())
	if e.User == nil {
		e.User = eventUser(c.user)
	}
	if e.Context == nil {
		e.Context = obj{}
	}
	e.Context["http_request"] = obj{
		"args": c.eventArgs(), "path": c.req.URL.Path, "method": c.req.Method,
		"request_id": c.id, "user_agent": c.req.UserAgent(),
	}
	c.st.events = append(c.st.events, &e)
}

// after is now, or just after the youngest event if the clock has not moved.
func (st *state) after(now time.Time) time.Time {
	if n := len(st.events); n > 0 && !now.After(st.events[n-1].Created) {
		return st.events[n-1].Created.Add(time.Microsecond)
	}
	return now
}

// eventArgs is the query of the request; of the flow executor the one it was
// handed on from the page.
func (c *call) eventArgs() obj {
	values := c.query
	if strings.HasPrefix(c.req.URL.Path, "/api/v3/flows/executor/") {
		// A query that cannot be read is an empty one, as in Django.
		values, _ = url.ParseQuery(c.query.Get("query"))
	}
	args := obj{}
	for key, list := range values {
		args[key] = last(list)
	}
	return args
}

// noteModel writes that an object was made, changed or deleted.
func (c *call) noteModel(action, model, app string, key any, name string) {
	c.note(Event{Action: action, App: "authentik.events.middleware",
		Context: obj{"model": modelContext(model, app, key, name)}})
}

// modelContext is an object as events write it.
func modelContext(model, app string, key any, name string) obj {
	return obj{"pk": key, "app": app, "name": name, "model_name": model}
}

// eventUser is a user as events write it; nil is the anonymous one.
func eventUser(u *User) obj {
	if u == nil {
		return obj{"pk": 1, "email": "", "username": anonymousName, "is_anonymous": true}
	}
	return obj{"pk": u.PK, "email": u.Email, "username": u.Username}
}

var eventResource = &resource[Event]{
	app: "authentik_events", model: "event", noun: "Event",
	rows:         func(st *state) []*Event { return slices.Clone(st.events) },
	key:          func(e *Event) string { return e.PK },
	render:       func(c *call, e *Event) (obj, error) { return c.renderEvent(e), nil },
	filters:      func(*call) map[string]filter[Event] { return eventFilters },
	search:       func(e *Event) []string { return []string{e.Action, e.App, contextText(e.User, "username"), e.ClientIP} },
	autocomplete: func(c *call) obj { return eventAutocomplete(c.st.events) },
	orders: map[string]func(a, b *Event) int{
		"created":   func(a, b *Event) int { return a.Created.Compare(b.Created) },
		"action":    byText(func(e *Event) string { return e.Action }),
		"app":       byText(func(e *Event) string { return e.App }),
		"client_ip": byText(func(e *Event) string { return e.ClientIP }),
		"user":      byText(func(e *Event) string { return contextText(e.User, "username") }),
	},
	byDefault: "-created",
}

var eventFilters = map[string]filter[Event]{
	"action":             containing(func(e *Event) string { return e.Action }),
	"actions":            someOf(eventActions, func(e *Event) string { return e.Action }),
	"username":           containing(func(e *Event) string { return contextText(e.User, "username") }),
	"client_ip":          containing(func(e *Event) string { return e.ClientIP }),
	"brand_name":         containing(func(*Event) string { return "Default brand" }),
	"context_model_app":  containing(func(e *Event) string { return contextText(e.Context, "model", "app") }),
	"context_model_name": containing(func(e *Event) string { return contextText(e.Context, "model", "model_name") }),
	"context_model_pk": func(values []string) (func(*Event) bool, string) {
		wanted := undashed(last(values))
		return func(e *Event) bool { return contextText(e.Context, "model", "pk") == wanted }, ""
	},
	"context_authorized_app": func(values []string) (func(*Event) bool, string) {
		wanted := undashed(last(values))
		return func(e *Event) bool { return contextText(e.Context, "authorized_application", "pk") == wanted }, ""
	},
}

// contextText is the text at a path of nested objects, or empty.
func contextText(in any, path ...string) string {
	for _, key := range path {
		object, _ := in.(obj)
		in = object[key]
	}
	switch v := in.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case float64:
		text, _ := readText(v)
		return text
	}
	return ""
}

func (c *call) renderEvent(e *Event) obj {
	return obj{
		"pk": e.PK, "user": e.User, "action": e.Action, "app": e.App, "context": e.Context, "client_ip": orNull(e.ClientIP),
		"created": timestamp(e.Created), "expires": timestamp(e.Created.Add(c.st.settings.duration("event_retention"))),
		"brand": modelContext("brand", "authentik_brands", undashed(c.st.brand.pk), "Default brand"),
	}
}

// createEvent answers POST events/events/, with which other systems write into the log.
func createEvent(c *call) (answer, error) {
	if !c.may("authentik_events.add_event") {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	e := Event{User: obj{}, Context: obj{}}
	errs := fill([]rule[Event]{
		choice("action", eventActions, func(e *Event) *string { return &e.Action }).need(),
		text("app", func(e *Event) *string { return &e.App }).need(),
		dictionary("context", func(e *Event) *map[string]any { return &e.Context }),
		dictionary("user", func(e *Event) *map[string]any { return &e.User }),
	}, &e, in, false)
	if len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	c.note(e)
	return created(c.renderEvent(c.st.events[len(c.st.events)-1]))
}
