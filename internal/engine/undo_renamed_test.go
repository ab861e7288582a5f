package engine_test

import (
	"net/http"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
)

// undoRenamed asks to undo the newest receipt, which needs force after says, and does so.
func (b *bench) undoRenamed(says string) {
	b.t.Helper()
	id := b.newest(b.minimal())
	if plan, err := b.engine.Undo(b.t.Context(), id, false); err == nil || !strings.Contains(err.Error(), says) {
		b.t.Errorf("the undo is asked about %v, not %s:\n%s", err, says, show(plan))
	}
	plan, err := b.engine.Undo(b.t.Context(), id, true)
	if err != nil {
		b.t.Fatal(err)
	}
	b.apply(plan)
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications)+len(sim.Providers) > 0 {
		b.t.Errorf("left are %+v %+v", sim.Applications, sim.Providers)
	}
}

func TestUndoFindsAnApplicationWithAnotherSlug(t *testing.T) {
	b := newBench(t)
	b.keeping()
	b.link(b.minimal())
	b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"slug": "renamed"})
	b.undoRenamed("slug is now “renamed”")
}

func TestUndoFindsAMappingWithAnotherName(t *testing.T) {
	b := newBench(t)
	b.keeping()
	before := len(b.box.Authentik().Snapshot().ScopeMappings)
	b.link(b.minimal())
	pk := b.mapping(mappings.Email(link.EmailTrustAll).Name)
	b.authentik(http.MethodPatch, "/propertymappings/provider/scope/"+pk+"/", map[string]any{"name": "renamed"})
	b.undoRenamed("name is now “renamed”")
	if n := len(b.box.Authentik().Snapshot().ScopeMappings); n != before {
		t.Errorf("there are %d scope mappings, before the link %d", n, before)
	}
}

func TestUndoFindsAProviderInAnotherSlot(t *testing.T) {
	b := newBench(t)
	b.keeping()
	b.link(b.minimal())
	app := b.box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	for i := range users.OAuth2.Providers {
		if p := &users.OAuth2.Providers[i]; p.Name == "oidc" {
			p.Name = "oidc2"
		}
	}
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	b.undoRenamed("oidc is now “oidc2”")
	if got := b.secretsInPocketBase(); len(got) != 1 || got["google"] != "secret of Google" {
		t.Errorf("PocketBase has the secrets %v", got)
	}
}
