package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"authpocket/internal/engine"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// limited is authentik for a token that may not preview claims, and may not
// read users unless it says so.
type limited struct {
	engine.Authentik
	readsUsers bool
}

func denied() error {
	return &report.Fault{System: report.Authentik, Kind: report.FaultRefused,
		Summary: say.Of("The token may not do this.")}
}

func (l limited) Preview(context.Context, link.Desired, int) (map[string]json.RawMessage, error) {
	return nil, denied()
}

func (l limited) FindUser(ctx context.Context, named string) (link.Ref, error) {
	if !l.readsUsers {
		return link.Ref{}, denied()
	}
	return l.Authentik.FindUser(ctx, named)
}

func (l limited) Person(ctx context.Context, d link.Desired, pk int) (signin.Person, error) {
	if !l.readsUsers {
		return signin.Person{}, denied()
	}
	return l.Authentik.Person(ctx, d, pk)
}

// fatal is a PocketBase at one of whose calls the program dies, by a panic.
type fatal struct {
	engine.PocketBase
	at    string
	after bool
}

func (f fatal) dies(at string, after bool) {
	if f.at == at && f.after == after {
		panic(f)
	}
}

func (f fatal) AuthMethods(ctx context.Context, d link.Desired) (string, secret.Text, error) {
	f.dies("AuthMethods", false)
	defer f.dies("AuthMethods", true)
	return f.PocketBase.AuthMethods(ctx, d)
}

func (f fatal) Exchange(ctx context.Context, d link.Desired, code signin.Code) (signin.Exchanged, error) {
	f.dies("Exchange", false)
	defer f.dies("Exchange", true)
	return f.PocketBase.Exchange(ctx, d, code)
}

func (f fatal) DeleteAccount(ctx context.Context, d link.Desired, id string, since time.Time, reported bool) error {
	f.dies("DeleteAccount", false)
	defer f.dies("DeleteAccount", true)
	return f.PocketBase.DeleteAccount(ctx, d, id, since, reported)
}

// with returns an engine with receipts for these systems.
func (b *bench) with(a engine.Authentik, p engine.PocketBase, store *journal.Store) *engine.Engine {
	return engine.New(engine.Config{Authentik: a, PocketBase: p, AuthentikURL: b.authentikURL,
		PocketBaseURL: b.box.PocketBaseURL, Receipts: store})
}

// die runs a test sign-in in which the program dies.
func (b *bench) die(e *engine.Engine, d link.Desired) {
	b.t.Helper()
	defer func() {
		if _, died := recover().(fatal); !died {
			b.t.Error("the program did not die")
		}
	}()
	e.SignIns.Run(b.t.Context(), &d, b.ada())
}

// A token without the right to preview claims also leaves no account behind. One that may not read users names it.
func TestACutTestWithoutRightsIsFound(t *testing.T) {
	left := 0
	for _, readsUsers := range []bool{true, false} {
		for _, cut := range []fatal{{at: "AuthMethods"}, {at: "AuthMethods", after: true}, {at: "Exchange"},
			{at: "Exchange", after: true}, {at: "DeleteAccount"}, {at: "DeleteAccount", after: true}} {
			b := newBench(t) // with an event log that shows no other sign-in
			b.link(b.minimal())
			if b.dieAndLook(readsUsers, cut) {
				left++
			}
		}
	}
	if left != 4 {
		t.Errorf("%d cuts left an account, want 4", left)
	}
}

// dieAndLook runs a test sign-in that is cut and two more, and reports whether
// there was an account in between.
func (b *bench) dieAndLook(readsUsers bool, cut fatal) (left bool) {
	b.t.Helper()
	d, err := b.engine.Desire(b.t.Context(), new(b.minimal()))
	if err != nil {
		b.t.Fatal(err)
	}
	store, err := journal.Open(b.t.TempDir())
	if err != nil {
		b.t.Fatal(err)
	}
	a, p := b.clients()
	cut.PocketBase = p
	next := b.with(limited{a, readsUsers}, p, store)
	b.die(b.with(limited{a, readsUsers}, cut, store), d)
	left = b.accounts() > 0
	check, v := next.SignIns.Run(b.t.Context(), &d, b.ada())
	named := strings.Contains(check.Evidence.String(), "may have created the account")
	deleted := strings.Contains(check.Evidence.String(), "left behind is deleted")
	if now := b.accounts(); v == nil || !v.Works || named != (left && !readsUsers) || deleted != (left && readsUsers) ||
		named != (now > 0) || named != (check.Status == report.Warn) {
		b.t.Errorf("reads users %v, dies at %s, after it %v: %v, then %d accounts: %+v", readsUsers, cut.at, cut.after,
			left, now, check)
	}
	if again, _ := next.SignIns.Run(b.t.Context(), &d, b.ada()); again.Status != report.Pass {
		b.t.Errorf("it is said again: %+v", again)
	}
	return left
}

// An account that was there before the test is not suspected.
func TestWithoutRightsAnAccountOfBeforeStays(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	d, err := b.engine.Desire(t.Context(), new(b.minimal()))
	if err != nil {
		t.Fatal(err)
	}
	app := b.box.PocketBase().App()
	a, p := b.clients()
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b.die(b.with(a, fatal{p, "DeleteAccount", false}, nil), d) // makes the account
	for _, table := range []string{"users", "_externalAuths"} {
		old := "UPDATE " + table + " SET created='2020-01-01 00:00:00.000Z'"
		if _, err := app.DB().NewQuery(old).Execute(); err != nil {
			t.Fatal(err)
		}
	}
	for _, readsUsers := range []bool{true, false} {
		b.die(b.with(limited{a, readsUsers}, fatal{p, "Exchange", true}, store), d)
		check, _ := b.with(limited{a, readsUsers}, p, store).SignIns.Run(t.Context(), &d, b.ada())
		if check.Status != report.Pass || b.accounts() != 1 {
			t.Errorf("reads users %v: %+v, %d accounts", readsUsers, check, b.accounts())
		}
	}
}
