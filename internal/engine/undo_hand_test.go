package engine_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
)

// hand is a change of a link by an admin.
type hand struct {
	change func(*bench)
	says   string // what the undo says of it
	warns  bool   // the undo goes on, and warns
}

func byHand() map[string]hand {
	const application = "/core/applications/pocketbase/"
	return map[string]hand{
		"the application is renamed and detached": {func(b *bench) {
			b.authentik(http.MethodPatch, application, map[string]any{"slug": "later", "provider": nil})
		}, "slug is now “later”", false},
		"the application is deleted": {func(b *bench) {
			b.authentik(http.MethodDelete, application, nil)
		}, "authentik has no application “PocketBase”.", true},
		"the application is another team's": {func(b *bench) {
			b.authentik(http.MethodDelete, application, nil)
			b.authentik(http.MethodPost, "/core/applications/", map[string]any{"name": "PocketBase",
				"slug": "pocketbase"})
		}, "authentik has no application “PocketBase”.", true},
		"the provider is deleted": {(*bench).deleteProvider,
			"authentik has no provider “Provider for PocketBase”.", true},
		"the provider has another client, and no application": {func(b *bench) {
			b.authentik(http.MethodPatch, application, map[string]any{"provider": nil})
			b.authentik(http.MethodPatch, b.providerPath(), map[string]any{"client_id": "later"})
		}, "provider is now", false},
		"the provider is that of another team's application": {func(b *bench) {
			sim := b.box.Authentik().Snapshot()
			b.authentik(http.MethodDelete, application, nil)
			b.authentik(http.MethodPost, "/core/applications/", map[string]any{"name": "Theirs", "slug": "theirs",
				"provider": sim.Providers[0].PK})
		}, "it is now of the application “Theirs” (theirs)", false},
		"the binding is turned off": {func(b *bench) {
			binding := b.box.Authentik().Snapshot().Bindings[0].PK
			b.authentik(http.MethodPatch, "/policies/bindings/"+binding+"/", map[string]any{"enabled": false})
		}, "a binding of the application was changed since", false},
		"there is another binding": {func(b *bench) {
			sim := b.box.Authentik().Snapshot()
			b.authentik(http.MethodPost, "/policies/bindings/", map[string]any{"target": sim.Applications[0].PK,
				"user": sim.Users[0].PK, "order": 9})
		}, "a binding of the application was added since", false},
		"the mapping is renamed and taken away": {func(b *bench) {
			own := b.mapping(mappings.Email(link.EmailTrustAll).Name)
			b.authentik(http.MethodPatch, b.providerPath(), map[string]any{"property_mappings": []string{}})
			b.authentik(http.MethodPatch, "/propertymappings/provider/scope/"+own+"/", map[string]any{"name": "later"})
		}, "name is now “later”", false},
		"another slot has the client": {func(b *bench) {
			b.changeUsers(func(c *core.Collection) {
				at := slices.IndexFunc(c.OAuth2.Providers, isSlot("oidc"))
				more := c.OAuth2.Providers[at]
				more.Name = "oidc3"
				c.OAuth2.Providers = append(c.OAuth2.Providers, more)
			})
		}, "oidc3 has the same client ID", false},
		"the slot is removed": {func(b *bench) {
			b.changeUsers(func(c *core.Collection) {
				c.OAuth2.Providers = slices.DeleteFunc(c.OAuth2.Providers, isSlot("oidc"))
			})
		}, "", true},
	}
}

func isSlot(name string) func(core.OAuth2ProviderConfig) bool {
	return func(p core.OAuth2ProviderConfig) bool { return p.Name == name }
}

func (b *bench) changeUsers(change func(*core.Collection)) {
	b.t.Helper()
	users, err := b.box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		b.t.Fatal(err)
	}
	change(users)
	if err := b.box.PocketBase().App().Save(users); err != nil {
		b.t.Fatal(err)
	}
}

// TestUndoAfterAChangeByHand refuses and names the change, or says what is gone. With force nothing of the link stays,
// and everything of others.
func TestUndoAfterAChangeByHand(t *testing.T) {
	t.Parallel()
	for name, test := range byHand() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.keeping()
			mappings := len(b.box.Authentik().Snapshot().ScopeMappings)
			s := b.minimal()
			s.Access = &link.Access{Groups: []string{"staff"}}
			b.link(s)
			ours := b.box.Authentik().Snapshot()
			test.change(b)
			id := b.newest(b.minimal())
			plan, err := b.engine.Undo(t.Context(), id, false)
			switch {
			case !test.warns && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("the undo is asked about %v, not %s:\n%s", err, test.says, show(plan))
			case test.warns && (err != nil || test.says != "" && !slices.ContainsFunc(plan.Warnings,
				func(w link.Warning) bool { return w.ID == report.WarnGone && w.Summary.String() == test.says })):
				t.Errorf("the undo warns %+v, not %s: %v", plan.Warnings, test.says, err)
			}
			if plan, err = b.engine.Undo(t.Context(), id, true); err != nil {
				t.Fatal(err)
			}
			b.apply(plan)
			left := b.box.Authentik().Snapshot()
			for _, a := range left.Applications {
				if a.PK == ours.Applications[0].PK {
					t.Errorf("left is %+v", a)
				}
			}
			if len(left.Providers)+len(left.ScopeMappings) != mappings {
				t.Errorf("left are %+v and %d scope mappings of %d", left.Providers, len(left.ScopeMappings), mappings)
			}
			if strings.Contains(name, "another team's") != (len(left.Applications) == 1) {
				t.Errorf("of others there are %+v", left.Applications)
			}
			if got := b.secretsInPocketBase(); len(got) != 1 || got["google"] != "secret of Google" {
				t.Errorf("PocketBase has the secrets %v", got)
			}
			if again, err := b.engine.Undo(t.Context(), id, false); err != nil || !again.Empty() {
				t.Errorf("a second undo is\n%s%v", show(again), err)
			}
		})
	}
}

// TestUndoFindsABindingThatWasTurnedOff by its primary key: one that was there before is another.
func TestUndoFindsABindingThatWasTurnedOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	b.link(b.minimal())
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	sim := b.box.Authentik().Snapshot()
	b.authentik(http.MethodPatch, "/policies/bindings/"+sim.Bindings[0].PK+"/", map[string]any{"enabled": false})
	b.authentik(http.MethodPost, "/policies/bindings/", map[string]any{"target": sim.Applications[0].PK,
		"group": sim.Bindings[0].Group, "order": 9, "enabled": false})
	id := b.newest(s)
	_, err := b.engine.Undo(t.Context(), id, false)
	if err == nil || !strings.Contains(err.Error(), "it is disabled") {
		t.Errorf("the undo is asked about %v", err)
	}
	plan, err := b.engine.Undo(t.Context(), id, true)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(plan)
	left := b.box.Authentik().Snapshot().Bindings
	if len(left) != 1 || left[0].PK == sim.Bindings[0].PK {
		t.Errorf("left are %+v", left)
	}
}
