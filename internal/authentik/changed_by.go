package authentik

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/say"
)

// ChangedBy returns who changed the objects of these changes since then, by this machine's clock, latest first.
// It returns nothing if the token can't read authentik's event log.
func (c *Client) ChangedBy(ctx context.Context, since time.Time, changes []link.Change) []say.Text {
	events, since, err := c.events(ctx, since, "model_created", "model_updated", "model_deleted")
	if err != nil {
		c.Log.DebugContext(ctx, "who changed it is not known", "err", err)
		return nil
	}
	var said []say.Text
	for _, e := range events {
		model := e.context().Object("model")
		if e.when().Before(since) ||
			!slices.ContainsFunc(changes, func(ch link.Change) bool { return isOf(model, ch) }) {
			continue
		}
		line := changedWords(e.action(), rest.Plain(e.user().Text("username")), modelWords(model),
			rest.Plain(model.Text("name")), e.when().UTC().Format("15:04:05 UTC"))
		if !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return said
}

// isOf reports whether an event's object is the one that a change writes: by key, or by name if it has no key
// yet.
func isOf(model rest.Object, ch link.Change) bool {
	m := modelMatch{kind: model.Text("model_name"), key: bareKey(model.Text("pk")), name: model.Text("name")}
	ch.Visit(&m)
	return m.found
}

func bareKey(pk string) string { return strings.ReplaceAll(pk, "-", "") }

// modelMatch compares an event's object with those of a change.
type modelMatch struct {
	link.LinkOnly
	kind, key, name string
	found           bool
}

func (m *modelMatch) look(kind, pk, name string) {
	if kind == m.kind && (pk != "" && bareKey(pk) == m.key || name != "" && name == m.name) {
		m.found = true
	}
}

func (m *modelMatch) application(a link.ApplicationState) { m.look("application", a.PK, a.Name) }

func (m *modelMatch) provider(p link.ProviderState) {
	m.look("oauth2provider", strconv.Itoa(p.PK), p.Name)
}

func (m *modelMatch) Application(e link.Edit[link.ApplicationState]) { each(e, m.application) }

func (m *modelMatch) Provider(e link.Edit[link.ProviderState]) { each(e, m.provider) }

func (m *modelMatch) Pair(e link.Edit[link.PairState]) {
	each(e, func(p link.PairState) { m.application(p.Application); m.provider(p.Provider) })
}

func (m *modelMatch) Mapping(e link.Edit[link.Mapping]) {
	each(e, func(s link.Mapping) { m.look("scopemapping", s.ID, s.Name) })
}

func (m *modelMatch) Binding(e link.Edit[link.BindingState]) {
	each(e, func(b link.BindingState) { m.look("policybinding", b.PK, "") })
}

// Events about keys are not read, and PocketBase's objects have none.

func (*modelMatch) Key(link.Edit[link.KeyState])               {}
func (*modelMatch) Collection(link.Edit[link.CollectionState]) {}
func (*modelMatch) Settings(link.Edit[link.SettingsState])     {}

// each calls do for the states of the change.
func each[T any](e link.Edit[T], do func(T)) {
	for _, state := range []*T{e.Before, e.After} {
		if state != nil {
			do(*state)
		}
	}
}

// changedWords says who changed which kind of object, its name and when.
func changedWords(action, who string, kind say.Text, name, when string) say.Text {
	switch action {
	case "model_created":
		return say.Of("%s created the %s “%s” at %s", who, kind, name, when)
	case "model_deleted":
		return say.Of("%s deleted the %s “%s” at %s", who, kind, name, when)
	}
	return say.Of("%s updated the %s “%s” at %s", who, kind, name, when)
}

// modelWords returns the kind of an event's object.
func modelWords(model rest.Object) say.Text {
	switch model.Text("model_name") {
	case "application":
		return say.Of("application")
	case "oauth2provider":
		return say.Of("provider")
	case "scopemapping":
		return say.Of("scope mapping")
	}
	return say.Of("binding")
}
