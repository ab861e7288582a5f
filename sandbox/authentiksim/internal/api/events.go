package api

import (
	"slices"
	"strconv"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func eventResource() *rest.Resource[store.Event] {
	return &rest.Resource[store.Event]{
		App: "authentik_events", Model: "event", Noun: "Event",
		Rows:    func(st *store.State) []*store.Event { return slices.Clone(st.Events) },
		Key:     func(e *store.Event) string { return e.PK },
		Render:  func(c *serve.Call, e *store.Event) (obj, error) { return renderEvent(c, e), nil },
		Filters: func(*serve.Call) rest.Filters[store.Event] { return eventFilters() },
		Search: func(e *store.Event) []string {
			return []string{e.Action, e.App, ContextText(e.User, "username"), e.ClientIP}
		},
		Autocomplete: func(c *serve.Call) obj { return eventAutocomplete(c.State.Events) },
		Orders: rest.Orders[store.Event]{
			"created":   func(a, b *store.Event) int { return a.Created.Compare(b.Created) },
			"action":    rest.ByText(func(e *store.Event) string { return e.Action }),
			"app":       rest.ByText(func(e *store.Event) string { return e.App }),
			"client_ip": rest.ByText(func(e *store.Event) string { return e.ClientIP }),
			"user":      rest.ByText(func(e *store.Event) string { return ContextText(e.User, "username") }),
		},
		ByDefault: "-created",
	}
}

func eventFilters() rest.Filters[store.Event] {
	ofModel := func(key string) func(*store.Event) string {
		return func(e *store.Event) string { return ContextText(e.Context, "model", key) }
	}
	return rest.Filters[store.Event]{
		"action":             rest.Contains(func(e *store.Event) string { return e.Action }),
		"actions":            rest.SomeOf(eventActions(), func(e *store.Event) string { return e.Action }),
		"username":           rest.Contains(func(e *store.Event) string { return ContextText(e.User, "username") }),
		"client_ip":          rest.Contains(func(e *store.Event) string { return e.ClientIP }),
		"brand_name":         rest.Contains(func(*store.Event) string { return "Default brand" }),
		"context_model_app":  rest.Contains(ofModel("app")),
		"context_model_name": rest.Contains(ofModel("model_name")),
		"context_model_pk": func(values []string) (func(*store.Event) bool, string) {
			wanted := serve.Undashed(values[len(values)-1])
			return func(e *store.Event) bool { return ContextText(e.Context, "model", "pk") == wanted }, ""
		},
		"context_authorized_app": func(values []string) (func(*store.Event) bool, string) {
			wanted := serve.Undashed(values[len(values)-1])
			return func(e *store.Event) bool {
				return ContextText(e.Context, "authorized_application", "pk") == wanted
			}, ""
		},
	}
}

// ContextText returns the text at a path of nested objects, or an empty string.
func ContextText(in any, path ...string) string {
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
		text, _ := rest.ReadText(v)
		return text
	}
	return ""
}

func renderEvent(c *serve.Call, e *store.Event) obj {
	expires := e.Created.Add(c.State.Settings.Duration("event_retention"))
	return obj{
		"pk": e.PK, "user": e.User, "action": e.Action, "app": e.App, "context": e.Context,
		"client_ip": orNull(e.ClientIP), "created": Timestamp(e.Created), "expires": Timestamp(expires),
		"brand": serve.ModelContext("brand", "authentik_brands", serve.Undashed(c.State.Brand.PK), "Default brand"),
	}
}

// createEvent answers POST events/events/, which other systems use to write events.
func createEvent(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_events.add_event") {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	e := store.Event{User: obj{}, Context: obj{}}
	errs := rest.Fill([]rest.Rule[store.Event]{
		rest.Choice("action", eventActions(), func(e *store.Event) *string { return &e.Action }).Required(),
		rest.Text("app", func(e *store.Event) *string { return &e.App }).Required(),
		rest.Object("context", func(e *store.Event) *map[string]any { return &e.Context }),
		rest.Object("user", func(e *store.Event) *map[string]any { return &e.User }),
	}, &e, in, false)
	if len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	c.Note(e)
	return serve.Created(renderEvent(c, c.State.Events[len(c.State.Events)-1]))
}
