package engine_test

import (
	"context"
	"fmt"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/link"
)

// asked records whether an authentik is asked for all of its many providers. With all it reads them whatever it is
// asked.
type asked struct {
	engine.Authentik
	all, linked, hurried bool
	readAll              bool
}

func (a *asked) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	q.Few, q.Linked, q.Unwarned = q.Few && !a.all, q.Linked || a.linked, q.Unwarned && !a.all
	q.Hurried = q.Hurried || a.hurried
	found, err := a.Authentik.Observe(ctx, q)
	a.readAll = a.readAll || !found.Partial && (q.Only == nil || len(q.Only.ClientIDs) == 0)
	return found, err
}

// other creates a provider that comes after those of other applications, and an application for it if it has a slug.
func (b *bench) other(name, clientID, redirect, slug string) {
	b.t.Helper()
	made := b.authentik("POST", "/providers/oauth2/", map[string]any{"name": name, "client_id": clientID,
		"authorization_flow": b.flow(link.DefaultAuthorizationFlow),
		"invalidation_flow":  b.flow(link.DefaultInvalidationFlow),
		"redirect_uris":      []any{map[string]any{"matching_mode": "strict", "url": redirect}}})
	if slug != "" {
		b.authentik("POST", "/core/applications/", map[string]any{"name": name, "slug": slug, "provider": made["pk"]})
	}
}

// flow returns the primary key of the flow with a slug.
func (b *bench) flow(slug string) any {
	b.t.Helper()
	found := b.authentik("GET", "/flows/instances/?slug="+slug, nil)["results"].([]any)
	return found[0].(map[string]any)["pk"]
}

// A plan on an authentik with many providers is the one that reading all of them gives.
func TestWhatIsFoundAmongManyProviders(t *testing.T) {
	const elsewhere = "https://elsewhere.company/callback"
	clientID, name := "of another", "Zebra"
	for title, test := range map[string]struct {
		prepare func(b *bench, here string)
		edit    func(*link.Spec)
		few     bool // it does not take all providers
	}{
		"nothing":  {prepare: func(*bench, string) {}},
		"the link": {prepare: func(b *bench, _ string) { b.link(b.minimal()) }, few: true},
		"the link, and another that leads here": {prepare: func(b *bench, here string) {
			b.link(b.minimal())
			b.other("Zebra", "z", here, "zebra")
		}, few: true},
		"the link, to be given a name that is taken": {prepare: func(b *bench, _ string) {
			b.link(b.minimal())
			b.other(name, "z", elsewhere, "zebra")
		}, edit: func(s *link.Spec) { s.Provider.Name = &name }, few: true},
		"the link, to be given a client ID that is taken": {prepare: func(b *bench, _ string) {
			b.link(b.minimal())
			b.other("Zebra", clientID, elsewhere, "zebra")
		}, edit: func(s *link.Spec) { s.Provider.ClientID = &clientID }, few: true},
		"the link by another slug": {prepare: func(b *bench, _ string) {
			s := b.minimal()
			s.Application.Slug = new("shop")
			b.link(s)
		}},
		"one that leads here": {prepare: func(b *bench, here string) { b.other("Zebra", "z", here, "zebra") }},
		"two that lead here": {prepare: func(b *bench, here string) {
			b.other("Yak", "y", here, "yak")
			b.other("Zebra", "z", here, "")
		}},
		"the slug, which is another's": {prepare: func(b *bench, _ string) {
			b.other("Zebra", "z", elsewhere, "pocketbase")
		}},
		"the slug, which is another's, and one that leads here": {prepare: func(b *bench, here string) {
			b.other("Yak", "y", elsewhere, "pocketbase")
			b.other("Zebra", "z", here, "zebra")
		}},
	} {
		t.Run(title, func(t *testing.T) {
			b := newBench(t)
			b.box.Authentik().AddApplications(30)
			test.prepare(b, b.box.PocketBaseURL+link.RedirectPath)
			s := b.minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			want := b.connectAsked(asked{all: true}).outcome(t, s)
			for _, linked := range []bool{false, true} {
				few := b.connectAsked(asked{linked: linked})
				if got := few.outcome(t, s); got != want {
					t.Errorf("linked %v: the plan is\n%s\nwith all providers it is\n%s", linked, got, want)
				}
				if few.asked.readAll == test.few {
					t.Errorf("linked %v: it reads all providers: %v", linked, !test.few)
				}
			}
		})
	}
}

// askedEngine is an engine and what it asked.
type askedEngine struct {
	*engine.Engine
	asked *asked
}

func (b *bench) connectAsked(as asked) askedEngine {
	b.t.Helper()
	a, p := b.clients()
	as.Authentik = a
	return askedEngine{engine.New(engine.Config{Authentik: &as, PocketBase: p, AuthentikURL: b.authentikURL,
		PocketBaseURL: b.box.PocketBaseURL}), &as}
}

// outcome returns the plan, without what is generated, or the problems.
func (e askedEngine) outcome(t *testing.T, s link.Spec) string {
	t.Helper()
	text, _, _ := e.planned(t, s)
	return text
}

// planned is outcome, with the plan itself.
func (e askedEngine) planned(t *testing.T, s link.Spec) (string, link.Plan, error) {
	t.Helper()
	plan, err := e.Plan(t.Context(), s)
	if err != nil {
		return err.Error(), plan, err
	}
	return told(&plan), plan, nil
}

// again makes a plan again.
func (e askedEngine) again(t *testing.T, plan link.Plan) string {
	t.Helper()
	fresh, err := e.Again(t.Context(), &plan)
	if err != nil {
		return err.Error()
	}
	return told(&fresh)
}

// desired returns what a check compares the systems with, without what is generated.
func (e askedEngine) desired(t *testing.T, s link.Spec) (string, error) {
	t.Helper()
	d, err := e.Desire(t.Context(), &s)
	if err != nil {
		return err.Error(), err
	}
	if d.Provider.PK == 0 {
		return "no link", nil // nothing is checked
	}
	return fmt.Sprintf("%+v\n%+v\n%+v", d.Application, d.Provider, d.Slot.Slot), nil
}

// told returns a plan, without what is generated.
func told(plan *link.Plan) string {
	text := fmt.Sprintf("slug %s, provider %d\n", plan.Desired.Application.Slug, plan.Desired.Provider.PK)
	for _, c := range plan.Changes {
		text += fmt.Sprintf("%s %s\n", c.Action, c.ID())
		for _, f := range c.Fields {
			text += fmt.Sprintf("    %s\n", f.Name)
		}
	}
	for _, w := range plan.Warnings {
		text += fmt.Sprintf("! %s %s\n", w.ID, w.Summary)
	}
	return text
}
