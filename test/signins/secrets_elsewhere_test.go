package signins

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
	"authpocket/test/hostile"
)

// elsewhere is an authentik that can be switched to one that keeps client secrets elsewhere.
type elsewhere struct {
	*idp
	on atomic.Bool
}

func newElsewhere(t testing.TB, a *idp, shown json.RawMessage) *elsewhere {
	t.Helper()
	front := *a
	e := &elsewhere{idp: &front}
	plain := reverse(t, a.url)
	hiding := hostile.SecretsElsewhere(plain, shown)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.on.Load() {
			hiding.ServeHTTP(w, r)
			return
		}
		plain.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	front.url = server.URL
	front.client = front.connect(t, newClient(t))
	return e
}

// saysElsewhere checks that an error has the one sentence about it.
func saysElsewhere(t testing.TB, what string, err error) {
	t.Helper()
	if said := report.MessageOf(err).What(); strings.Count(said.String(), link.SecretsElsewhere) != 1 {
		t.Errorf("%s: %q, %v", what, said, err)
	}
}

// Case 17: drafts of authentik 2026.11 keep the client secret in an object of its own.
func TestSecretsKeptElsewhereAreSaidAndNeverWritten(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	for name, shown := range map[string]json.RawMessage{"case_17": nil, "case_17_null": json.RawMessage("null")} {
		a := newElsewhere(t, newIDP(t, authentiksim.Config{}, nil), shown)
		l := lab.linkTo(a.idp, name, nil)
		spec := l.spec()
		renamed := spec
		renamed.Provider.ClientSecret = new(secret.New("another one, which is long enough"))
		before, err := l.e.Plan(t.Context(), renamed)
		if err != nil {
			t.Fatal(err)
		}
		a.on.Store(true)
		for what, plan := range map[string]func(context.Context, link.Spec) (link.Plan, error){
			"plan": l.e.Plan, "rotate": l.e.Rotation, "export": l.e.Whole,
			"verify": func(ctx context.Context, s link.Spec) (link.Plan, error) {
				_, err := l.e.Desire(ctx, &s)
				return link.Plan{}, err
			},
			"import": func(ctx context.Context, s link.Spec) (link.Plan, error) {
				_, plan, err := l.e.Import(ctx, s)
				return plan, err
			},
		} {
			_, err := plan(t.Context(), spec)
			saysElsewhere(t, name+": "+what, err)
		}
		saysElsewhere(t, name+": apply", l.e.Apply(t.Context(), before, func(apply.Event) {}))
		for _, c := range l.e.Verify(t.Context(), l.d, l.person) {
			unsaid := c.ID.Is(report.CheckAuthentikClient) &&
				(c.Status != report.Skipped || c.Evidence.String() != link.SecretsElsewhere)
			if unsaid || c.Status == report.Fail && c.Cause == report.CauseInvalidClient {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if v := l.signIn(newBrowser(""), nil); !v.Works {
			t.Errorf("%s: the link is broken: %s", name, v.Words())
		}
		removal, err := l.e.Removal(t.Context(), spec)
		if err != nil {
			t.Fatalf("%s: a removal needs no secret: %v", name, err)
		}
		if err := l.e.Apply(t.Context(), removal, func(apply.Event) {}); err != nil {
			t.Errorf("%s: removing: %v", name, err)
		}
		if left := a.call("GET", "/providers/oauth2/", nil)["results"].([]any); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
}

// An undo that would write PocketBase's slot needs the client secret, and writes nothing without it. Another undo does
// not need it.
func TestAnUndoWithoutTheSecretIsSaidAndWritesNothing(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	a := newElsewhere(t, newIDP(t, authentiksim.Config{}, nil), nil)
	l := lab.linkTo(a.idp, "case_17_undo", nil)
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l.e = engine.New(engine.Config{Authentik: a.client, PocketBase: lab.p, AuthentikURL: a.url,
		PocketBaseURL: lab.pb.URL(), Receipts: store})
	change := func(edit func(*link.Spec)) (receipt string) {
		t.Helper()
		spec := l.spec()
		edit(&spec)
		plan, err := l.e.Plan(t.Context(), spec)
		if err == nil {
			err = l.e.Apply(t.Context(), plan, func(e apply.Event) { receipt = e.Receipt })
		}
		if err != nil {
			t.Fatal(err)
		}
		return receipt
	}
	both := change(func(s *link.Spec) {
		s.Application.Name, s.PocketBase.DisplayName = new("Renamed"), new("Renamed")
	})
	rotated := change(func(s *link.Spec) { s.Provider.ClientSecret = new(secret.New("another long client secret")) })
	one := change(func(s *link.Spec) { s.Application.Description = new("Told") })
	a.on.Store(true)

	before := l.stored()
	_, err = l.e.Undo(t.Context(), both, true)
	saysElsewhere(t, "undoing the change of a slot", err)
	if undo, err := l.e.Undo(t.Context(), rotated, true); err != nil || !undo.Empty() {
		t.Errorf("undoing a rotation plans %v, %v: no secret is restored", undo.Changes, err)
	}
	if after := l.stored(); after != before {
		t.Errorf("written: %s, before: %s", after, before)
	}
	undo, err := l.e.Undo(t.Context(), one, false)
	if err == nil {
		err = l.e.Apply(t.Context(), undo, func(apply.Event) {})
	}
	if err != nil {
		t.Error(err)
	}
	if v := l.signIn(newBrowser(""), nil); !v.Works {
		t.Errorf("the link is broken: %s", v.Words())
	}
}

// stored returns the link's application, provider and slot, as both systems have them.
func (l *linked) stored() string {
	l.t.Helper()
	c, err := l.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil {
		l.t.Fatal(err)
	}
	all, err := json.Marshal([]any{l.a.call("GET", "/core/applications/"+l.d.Application.Slug+"/", nil),
		c.OAuth2.Providers[0].ClientSecret, c.OAuth2})
	if err != nil {
		l.t.Fatal(err)
	}
	return string(all)
}

// spec is what the link was made of.
func (l *linked) spec() link.Spec {
	s := link.Spec{AuthentikURL: l.a.url, PocketBaseURLs: []string{l.pb.URL()}, Email: link.EmailTrustAll}
	s.Application.Slug, s.PocketBase.Collection = &l.d.Application.Slug, &l.name
	return s
}

// An authentik without providers shows only when it is written to where it keeps the client secret. PocketBase gets
// none then, and undo leaves nothing behind.
func TestTheFirstProviderShowsWhereSecretsAreKept(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	lab.collection("case_17_first")
	a := newElsewhere(t, newIDP(t, authentiksim.Config{}, nil), nil)
	a.on.Store(true)
	l := &linked{lab: lab, t: t, a: a.idp, name: "case_17_first"}
	l.d.Application.Slug = "case-17-first"
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l.e = engine.New(engine.Config{Authentik: a.client, PocketBase: lab.p, AuthentikURL: a.url,
		PocketBaseURL: lab.pb.URL(), Receipts: store})
	plan, err := l.e.Plan(t.Context(), l.spec())
	if err != nil {
		t.Fatal(err)
	}
	receipt := ""
	err = l.e.Apply(t.Context(), plan, func(e apply.Event) { receipt = e.Receipt })
	saysElsewhere(t, "apply", err)
	if stopped, ok := errors.AsType[*report.Stopped](err); !ok || stopped.Effect.Change != report.WrittenSome {
		t.Errorf("%+v", stopped)
	}
	collection, err := lab.pb.App().FindCollectionByNameOrId(l.name)
	if err != nil || len(collection.OAuth2.Providers) > 0 {
		t.Errorf("PocketBase was given %+v, %v", collection.OAuth2.Providers, err)
	}
	_, err = l.e.Plan(t.Context(), l.spec())
	saysElsewhere(t, "a second plan", err)
	undo, err := l.e.Undo(t.Context(), receipt, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.e.Apply(t.Context(), undo, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	if left := a.call("GET", "/providers/oauth2/", nil)["results"].([]any); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// An empty client secret, which authentik accepts, is replaced and never called a wrong one.
func TestAnEmptySecretIsReplaced(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("case_17_empty", nil)
	l.patchProvider(map[string]any{"client_secret": ""})
	d, err := l.e.Desire(t.Context(), new(l.spec()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range l.e.Verify(t.Context(), d, l.person) {
		said := c.Status == report.Fail && c.Evidence.String() == "The provider has no client secret."
		if c.ID.Is(report.CheckAuthentikClient) && !said {
			t.Errorf("%+v", c)
		}
	}
	for what, plan := range map[string]func(context.Context, link.Spec) (link.Plan, error){
		"plan": l.e.Plan, "rotate": l.e.Rotation,
	} {
		l.patchProvider(map[string]any{"client_secret": ""})
		p, err := plan(t.Context(), l.spec())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.e.Apply(t.Context(), p, func(apply.Event) {}); err != nil {
			t.Fatal(err)
		}
		if v := l.signIn(newBrowser(""), nil); !v.Works {
			t.Errorf("%s: %s", what, v.Words())
		}
	}
}
