package engine_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/report"
)

// deleteProvider deletes the only provider, as an admin does.
func (b *bench) deleteProvider() {
	b.t.Helper()
	b.authentik(http.MethodDelete, b.providerPath(), nil)
}

func (b *bench) providerPath() string {
	return "/providers/oauth2/" + strconv.Itoa(b.box.Authentik().Snapshot().Providers[0].PK) + "/"
}

// isLinked checks that there is one application with one provider, whose client PocketBase has, and nothing to plan.
func (b *bench) isLinked(s link.Spec) {
	b.t.Helper()
	sim := b.box.Authentik().Snapshot()
	if len(sim.Applications) != 1 || len(sim.Providers) != 1 || sim.Applications[0].Provider != sim.Providers[0].PK {
		b.t.Fatalf("there are %+v and %d providers", sim.Applications, len(sim.Providers))
	}
	if got := b.secretsInPocketBase(); len(got) != 2 || got["oidc"] != sim.Providers[0].ClientSecret {
		b.t.Errorf("PocketBase has the secrets %v", got)
	}
	if plan := b.plan(s); !plan.Empty() {
		b.t.Errorf("the next plan is\n%s", show(plan))
	}
}

func warnsOfProvider(plan link.Plan) bool {
	return slices.ContainsFunc(plan.Warnings, func(w link.Warning) bool {
		return w.ID == report.WarnGone &&
			w.Summary.String() == "The provider of the application “PocketBase” was deleted."
	})
}

// TestAProviderThatWasDeletedIsMadeAnew for the application that a receipt names.
func TestAProviderThatWasDeletedIsMadeAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	before := b.box.Authentik().Snapshot()
	b.deleteProvider()
	plan := b.plan(s)
	if !warnsOfProvider(plan) {
		t.Errorf("it warns %+v", plan.Warnings)
	}
	b.apply(plan)
	b.isLinked(s)
	after := b.box.Authentik().Snapshot()
	if after.Applications[0].PK != before.Applications[0].PK || after.Providers[0].ClientID !=
		before.Providers[0].ClientID || len(after.Bindings) != 1 {
		t.Errorf("it was %+v and is %+v, with %d bindings", before.Applications, after.Applications,
			len(after.Bindings))
	}
}

// TestARemovalTakesAnApplicationWhoseProviderWasDeleted and the slot in PocketBase.
func TestARemovalTakesAnApplicationWhoseProviderWasDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	b.link(b.minimal())
	b.deleteProvider()
	b.apply(b.removal(b.minimal()))
	sim := b.box.Authentik().Snapshot()
	got := b.secretsInPocketBase()
	if len(sim.Applications)+len(sim.Providers) > 0 || len(got) != 1 || b.hasOwnMapping() {
		t.Errorf("left are %+v %+v, the secrets %v", sim.Applications, sim.Providers, got)
	}
}

// TestARemovalTakesAnApplicationThatWasRenamedAndDetached, which receipts name by its primary key.
func TestARemovalTakesAnApplicationThatWasRenamedAndDetached(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		b := newBench(t)
		b.keeping()
		b.link(b.minimal())
		b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"slug": "later",
			"name": "Later", "provider": nil})
		if deleted {
			b.deleteProvider()
		}
		b.apply(b.removal(b.minimal()))
		sim, got := b.box.Authentik().Snapshot(), b.secretsInPocketBase()
		if len(sim.Applications)+len(sim.Providers) > 0 || len(got) != 1 || b.hasOwnMapping() {
			t.Errorf("left are %+v %+v, the secrets %v", sim.Applications, sim.Providers, got)
		}
	}
}

// TestAnApplicationWithoutProviderStaysItsOwners: without evidence, it is somebody else's.
func TestAnApplicationWithoutProviderStaysItsOwners(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		keeps bool
		then  func(*bench)
	}{
		"no receipt": {false, (*bench).deleteProvider},
		"another application has the slug": {true, func(b *bench) {
			b.deleteProvider()
			b.authentik(http.MethodDelete, "/core/applications/pocketbase/", nil)
			b.authentik(http.MethodPost, "/core/applications/", map[string]any{"name": "PocketBase",
				"slug": "pocketbase"})
		}},
		"the link was undone": {true, func(b *bench) {
			undo, err := b.engine.Undo(b.t.Context(), b.newest(b.minimal()), false)
			if err != nil {
				b.t.Fatal(err)
			}
			b.apply(undo)
			b.authentik(http.MethodPost, "/core/applications/", map[string]any{"name": "PocketBase",
				"slug": "pocketbase"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if test.keeps {
				b.keeping()
			}
			b.link(b.minimal())
			test.then(b)
			if plan, err := b.engine.Plan(t.Context(), b.minimal()); err == nil {
				t.Errorf("the plan is\n%s", show(plan))
			}
			if plan, err := b.engine.Removal(t.Context(), b.minimal()); err == nil {
				t.Errorf("the removal is\n%s", show(plan))
			}
		})
	}
}

// TestAnApplicationThatPocketBaseNamesIsTheLinks: where PocketBase checks ID tokens, its addresses have the slug.
func TestAnApplicationThatPocketBaseNamesIsTheLinks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.minimal()
	s.PocketBase.UserInfo = new("id_token")
	b.link(s)
	b.deleteProvider()
	b.link(s)
	b.isLinked(s)
}

func (b *bench) undoNewest(s link.Spec, force bool) link.Plan {
	b.t.Helper()
	undo, err := b.engine.UndoNewest(b.t.Context(), &s, force)
	if err != nil {
		b.t.Fatal(err)
	}
	return undo
}

// TestApplyWorksAtOnceAfterADeletion by hand of any part of the link.
func TestApplyWorksAtOnceAfterADeletion(t *testing.T) {
	t.Parallel()
	application := func(b *bench) { b.authentik(http.MethodDelete, "/core/applications/pocketbase/", nil) }
	both := func(b *bench) {
		b.deleteProvider()
		application(b)
	}
	mapping := func(b *bench) {
		pk := b.mapping(mappings.Email(link.EmailTrustAll).Name)
		b.authentik(http.MethodPatch, b.providerPath(), map[string]any{"property_mappings": []string{}})
		b.authentik(http.MethodDelete, "/propertymappings/provider/scope/"+pk+"/", nil)
	}
	for name, deleted := range map[string]func(*bench){"application": application, "both": both, "mapping": mapping,
		"provider": (*bench).deleteProvider} {
		for _, access := range []*link.Access{nil, {Groups: []string{"staff"}}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t)
				b.keeping()
				s := b.minimal()
				s.Access = access
				b.link(s)
				deleted(b)
				b.apply(b.plan(s))
				b.isLinked(s)
				b.apply(b.undoNewest(s, false))
				b.apply(b.undoNewest(s, true)) // the provider lost its mappings by hand
				sim := b.box.Authentik().Snapshot()
				if got := b.secretsInPocketBase(); len(sim.Applications)+len(sim.Providers) > 0 || len(got) != 1 ||
					b.hasOwnMapping() {
					t.Errorf("after an undo of both left are %+v %+v, the secrets %v", sim.Applications,
						sim.Providers, got)
				}
			})
		}
	}
}

// TestAnApplicationThatWasRenamedAndDetachedIsFound by the primary key that a receipt has, and gets its provider again.
func TestAnApplicationThatWasRenamedAndDetachedIsFound(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	s := b.minimal()
	s.Access = &link.Access{Groups: []string{"staff"}}
	b.link(s)
	before := b.box.Authentik().Snapshot()
	b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"slug": "later", "name": "Later"})
	b.deleteProvider()

	p, err := b.engine.PreviewOpen(t.Context(), b.minimal(), false)
	if slug := p.Desired.Application.Slug; err != nil || slug != "later" {
		t.Errorf("the settings propose the slug %q: %v", slug, err)
	}
	named := b.minimal()
	named.Application.Slug = new("pocketbase")
	if plan, err := b.engine.Plan(t.Context(), named); err == nil || !strings.Contains(err.Error(), "“later”") {
		t.Errorf("with the old slug, the error is %v, and the plan\n%s", err, show(plan))
	}
	apart := named
	apart.Existing = link.ExistingNew
	if plan, err := b.engine.Plan(t.Context(), apart); err != nil {
		t.Errorf("a link beside it: %v\n%s", err, show(plan))
	}

	b.link(s)
	b.isLinked(s)
	after := b.box.Authentik().Snapshot()
	if after.Applications[0].PK != before.Applications[0].PK || after.Applications[0].Slug != "later" ||
		after.Providers[0].ClientID != before.Providers[0].ClientID || len(after.Bindings) != 1 {
		t.Errorf("it was %+v and is %+v, with %d bindings", before.Applications, after.Applications,
			len(after.Bindings))
	}
}

// ownMappings returns the names of authpocket's scope mappings in authentik.
func (b *bench) ownMappings() (names []string) {
	for _, m := range b.box.Authentik().Snapshot().ScopeMappings {
		if mappings.Own(m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

// TestARemovalTakesTheGroupsMappingOfARenamedApplication, whose name has the slug from before, and no other's. Without
// a receipt, it is not known whose it is.
func TestARemovalTakesTheGroupsMappingOfARenamedApplication(t *testing.T) {
	t.Parallel()
	other, groups := mappings.GroupsName("other"), mappings.GroupsName("pocketbase")
	for name, keeps := range map[string]bool{"with receipts": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			left := []string{other}
			if keeps {
				b.keeping()
			} else {
				left = []string{groups, other}
			}
			s := b.minimal()
			s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"staff"}}
			b.link(s)
			b.authentik(http.MethodPost, "/propertymappings/provider/scope/", map[string]any{
				"name": other, "scope_name": "profile", "expression": "return {}"})
			b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"slug": "later"})
			b.apply(b.removal(b.minimal()))
			if got := b.ownMappings(); !slices.Equal(got, left) {
				t.Errorf("left are %q, not %q", got, left)
			}
			if !keeps {
				return
			}
			undo, err := b.engine.Undo(t.Context(), b.newest(b.minimal()), false)
			if err != nil {
				t.Fatal(err)
			}
			b.apply(undo)
			sim := b.box.Authentik().Snapshot()
			if n := len(sim.Providers[0].PropertyMappings); n != 4 || !slices.Contains(b.ownMappings(),
				mappings.GroupsName("later")) {
				t.Errorf("it has %d mappings, and there are %q", n, b.ownMappings())
			}
		})
	}
}

// TestAProviderHasOneGroupsMapping after its application was renamed: authentik evaluates two in no defined order.
func TestAProviderHasOneGroupsMapping(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keeping()
	s := b.minimal()
	s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"staff"}}
	b.link(s)
	before := len(b.box.Authentik().Snapshot().Providers[0].PropertyMappings)
	b.authentik(http.MethodPatch, "/core/applications/pocketbase/", map[string]any{"slug": "later"})
	s.Provider.GroupsClaim = &link.GroupsLimit{Names: []string{"admins"}}
	b.link(s)
	if after := len(b.box.Authentik().Snapshot().Providers[0].PropertyMappings); after != before {
		t.Errorf("it had %d mappings and has %d: %q", before, after, b.ownMappings())
	}
	b.apply(b.removal(b.minimal()))
	if left := b.ownMappings(); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
}
