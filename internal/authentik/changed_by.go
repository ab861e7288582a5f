package authentik

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	api "goauthentik.io/api/v3"

	"authpocket/internal/link"
)

// ChangedBy says who changed the objects of these changes since then, by this
// machine's clock, as far as authentik's event log tells and the token may
// read it. Whoever changed an object last comes first.
func (c *Client) ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []string {
	a, err := c.read(ctx, need{what: "events", perm: permViewEvent}, func(ctx context.Context) error {
		_, _, err := c.api.EventsAPI.EventsEventsList(ctx).Actions([]api.EventActions{
			api.EVENTACTIONS_MODEL_CREATED, api.EVENTACTIONS_MODEL_UPDATED, api.EVENTACTIONS_MODEL_DELETED,
		}).Ordering("-created").PageSize(eventCount).Execute()
		return err
	})
	if err != nil {
		c.log.DebugContext(ctx, "who changed it is not known", "err", err)
		return nil
	}
	if ahead, err := a.Ahead(); err == nil {
		since = since.Add(ahead)
	}
	o, _ := a.object()
	var said []string
	for _, e := range o.objects("results") {
		model := event(e).context().object("model")
		if event(e).when().Before(since.Add(-time.Second)) || !slices.ContainsFunc(changes, func(ch link.Change) bool { return isOf(model, ch) }) {
			continue
		}
		line := plain(object(e).object("user").text("username")) + " " + strings.TrimPrefix(object(e).text("action"), "model_") + " the " +
			modelWords(model) + " at " + event(e).when().UTC().Format("15:04:05 UTC")
		if !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return said
}

// isOf tells whether an event's object is what a change is about: by its key,
// or by its name where it has none yet.
func isOf(model object, ch link.Change) bool {
	kind, key := model.text("model_name"), strings.ReplaceAll(model.text("pk"), "-", "")
	same := func(wanted, pk, name string) bool {
		return kind == wanted && (pk != "" && strings.ReplaceAll(pk, "-", "") == key || name != "" && name == model.text("name"))
	}
	for _, state := range []any{ch.Before, ch.After} {
		switch s := state.(type) {
		case *link.ApplicationState:
			if s != nil && same("application", s.PK, s.Name) {
				return true
			}
		case *link.ProviderState:
			if s != nil && same("oauth2provider", strconv.Itoa(s.PK), s.Name) {
				return true
			}
		case *link.PairState:
			if s != nil && (same("application", s.Application.PK, s.Application.Name) || same("oauth2provider", strconv.Itoa(s.Provider.PK), s.Provider.Name)) {
				return true
			}
		case *link.Mapping:
			if s != nil && same("scopemapping", s.ID, s.Name) {
				return true
			}
		case *link.BindingState:
			if s != nil && same("policybinding", s.PK, "") {
				return true
			}
		}
	}
	return false
}

// modelWords names an event's object.
func modelWords(model object) string {
	words := map[string]string{"application": "application", "oauth2provider": "provider", "scopemapping": "scope mapping", "policybinding": "binding"}
	return words[model.text("model_name")] + " “" + plain(model.text("name")) + "”"
}
