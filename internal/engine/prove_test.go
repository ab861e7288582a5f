package engine_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// keeping connects with receipts in a new directory.
func (b *bench) keeping() *journal.Store {
	b.t.Helper()
	store, err := journal.Open(b.t.TempDir())
	if err != nil {
		b.t.Fatal(err)
	}
	b.engine = b.connectKeeping(store)
	return store
}

// testPeople returns the usernames of the proofs' people who are in authentik.
func (b *bench) testPeople() (names []string) {
	for _, u := range b.box.Authentik().Snapshot().Users {
		if strings.HasPrefix(u.Username, "authpocket-test-") {
			names = append(names, u.Username)
		}
	}
	return names
}

// holdsNothing fails the test if a proof left anything in either system.
func (b *bench) holdsNothing(what string) {
	b.t.Helper()
	links, err := b.box.PocketBase().App().CountRecords(core.CollectionNameExternalAuths)
	if err != nil {
		b.t.Fatal(err)
	}
	if n, people := b.accounts(), b.testPeople(); n != 0 || links != 0 || len(people) > 0 {
		b.t.Errorf("%s: left are %d accounts, %d links of accounts, and %v", what, n, links, people)
	}
}

func (b *bench) planProof(address string) link.Plan {
	b.t.Helper()
	plan, err := b.engine.PlanProof(b.t.Context(), new(b.minimal()), address)
	if err != nil {
		b.t.Fatalf("planning a proof: %v", err)
	}
	return plan
}

func (b *bench) prove(plan link.Plan) (report.Check, *signin.Verdict, []apply.Event) {
	b.t.Helper()
	var events []apply.Event
	check, v, err := b.engine.Prove(b.t.Context(), &plan, func(e apply.Event) { events = append(events, e) })
	if err != nil {
		b.t.Fatalf("the proof: %v", err)
	}
	b.holds(check, v, signin.Credentials{Password: plan.Generated.Person.Password})
	return check, v, events
}

func TestAProofSignsANewPersonInAndLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	store := b.keeping()
	plan := b.planProof("")
	if len(plan.Changes) != 4 || plan.Purpose != link.PurposeProof {
		t.Fatalf("the plan is %+v", plan)
	}
	b.holdsNothing("a plan writes nothing")
	check, v, events := b.prove(plan)
	if check.Status != report.Pass || v == nil || !v.Works || v.Outcome != signin.OutcomeNew || !v.AsPredicted ||
		v.Record.Email != plan.Generated.Person.Email {
		t.Errorf("%+v\n%+v", check, v)
	}
	if len(events) != 8 || slices.ContainsFunc(events, func(e apply.Event) bool { return e.State == apply.Failed }) {
		t.Errorf("the events are %+v", events)
	}
	b.holdsNothing("after the proof")
	list, _, err := store.List()
	if err != nil || len(list) != 1 || list[0].Kind != journal.Proof || list[0].Outcome != journal.Completed ||
		list[0].Done != 4 || list[0].Changes != 4 {
		t.Errorf("the receipts are %+v, %v", list, err)
	}
	if _, err := b.engine.Undo(t.Context(), list[0].ID, false); err == nil {
		t.Error("a proof can be undone")
	}
	if id, err := b.engine.Newest(new(b.minimal())); err == nil {
		t.Errorf("undo would take back the proof %s", id)
	}
	if _, _, err := b.engine.Prove(t.Context(), &plan, func(apply.Event) {}); err != nil {
		t.Errorf("the same proof again: %v", err)
	}
	b.holdsNothing("after the second proof")
}

// The person joins the groups that the application is bound to.
func TestThePersonOfAProofIsAMember(t *testing.T) {
	for mode, joins := range map[string]int{"any": 1, "all": 2} {
		b := newBench(t)
		spec := b.minimal()
		b.link(spec)
		app := b.authentik("GET", "/core/applications/pocketbase/", nil)["pk"]
		b.authentik("PATCH", "/core/applications/pocketbase/", map[string]any{"policy_engine_mode": mode})
		for i, name := range []string{"first", "second"} {
			b.authentik("POST", "/policies/bindings/", map[string]any{"target": app, "order": i,
				"group": b.box.Authentik().AddGroup(name)})
		}
		plan := b.planProof("")
		if n := len(link.As[link.PersonState](plan.Changes[0].After).Groups); n != joins {
			t.Errorf("%s: %d groups", mode, n)
		}
		if check, _, _ := b.prove(plan); check.Status != report.Pass {
			t.Errorf("%s: %+v", mode, check)
		}
		b.holdsNothing(mode)
	}
}

// A person made for a test never becomes a superuser, not even because of a group that a group is in.
func TestThePersonOfAProofIsNoSuperuser(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	app := b.authentik("GET", "/core/applications/pocketbase/", nil)["pk"]
	group := func(name string, super bool, parents ...string) string {
		return b.authentik("POST", "/core/groups/", map[string]any{"name": name, "is_superuser": super,
			"parents": append([]string{}, parents...)})["pk"].(string)
	}
	other, root := group("other", false), group("root", true)
	middle := group("middle", false, other, root)
	low, plain := group("low", false, middle), group("plain", false, other)
	bind := func(group string) {
		b.authentik("POST", "/policies/bindings/", map[string]any{"target": app, "order": 0, "group": group})
	}
	bind(low)
	_, err := b.engine.PlanProof(t.Context(), new(b.minimal()), "")
	if problems, ok := errors.AsType[report.Problems](err); !ok ||
		!strings.Contains(problems.Error(), "of superusers") {
		t.Fatalf("bound to a group in a group of superusers: %v", err)
	}
	bind(plain)
	plan := b.planProof("")
	joined := link.As[link.PersonState](plan.Changes[0].After).Groups
	if len(joined) != 1 || joined[0].ID != plain {
		t.Fatalf("the person joins %v", joined)
	}
	b.authentik("PATCH", "/core/groups/"+other+"/", map[string]any{"is_superuser": true})
	if _, _, err := b.engine.Prove(t.Context(), &plan, func(apply.Event) {}); !report.IsStale(err) {
		t.Errorf("a group that became one of superusers: %v", err)
	}
	b.holdsNothing("after the proofs")
}

// A proof that cannot work is refused before anything is written.
func TestAProofThatANewPersonCannotMake(t *testing.T) {
	b := newBench(t)
	refused := func(what, says, address string) {
		t.Helper()
		_, err := b.engine.PlanProof(t.Context(), new(b.minimal()), address)
		if problems, ok := errors.AsType[report.Problems](err); !ok || !strings.Contains(problems.Error(), says) {
			t.Errorf("%s: %v", what, err)
		}
		b.holdsNothing(what)
	}
	refused("without a link", "There is no link yet", "")
	b.link(b.minimal())
	app := b.authentik("GET", "/core/applications/pocketbase/", nil)["pk"]
	binding := b.authentik("POST", "/policies/bindings/", map[string]any{"target": app, "order": 0, "user": b.key()})
	refused("bound to a user", "bound to user "+b.box.Person.Username, "")
	b.authentik("DELETE", "/policies/bindings/"+binding["pk"].(string)+"/", nil)
	proof := b.planProof("someone@example.com")
	if _, _, err := b.engine.Prove(t.Context(), &proof, func(apply.Event) {}); err != nil {
		t.Errorf("an address of one's own: %v", err)
	}
	refused("a word", "is not an e-mail address", "someone")
	refused("a name and an address", "is not an e-mail address", "Someone <one@example.com>")
	users, err := b.box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	account := core.NewRecord(users)
	account.SetEmail("someone@example.com")
	account.SetRandomPassword()
	if err := b.box.PocketBase().App().Save(account); err != nil {
		t.Fatal(err)
	}
	plan := b.planProof("")
	plan.Changes[0].Fields = nil
	if _, _, err := b.engine.Prove(t.Context(), &plan, func(apply.Event) {}); !report.IsStale(err) {
		t.Errorf("a plan that differs: %v", err)
	}
	_, err = b.engine.PlanProof(t.Context(), new(b.minimal()), "someone@example.com")
	problems, ok := errors.AsType[report.Problems](err)
	if !ok || !strings.Contains(problems.Error(), "has the address") {
		t.Errorf("an address that is taken: %v", err)
	}
	b.forget()
	b.patchCollection(map[string]any{"createRule": nil})
	refused("no new accounts", "only superusers may create records", "")
}

// A proof whose sign-in fails, or is more than a program can do, leaves nothing.
func TestAProofThatFailsLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	store := b.keeping()
	b.box.Authentik().SetLogin(authentiksim.LoginFlow{Captcha: true})
	if check, v, _ := b.prove(b.planProof("")); check.Status != report.Skipped || v != nil {
		t.Errorf("a captcha: %+v", check)
	}
	b.holdsNothing("after a captcha")
	b.box.Authentik().SetLogin(authentiksim.LoginFlow{})
	b.patchCollection(map[string]any{"authRule": "verified = false"})
	check, v, _ := b.prove(b.planProof(""))
	if check.Status != report.Fail || check.Cause != report.CauseAuthRule || v == nil || v.Works {
		t.Errorf("an auth rule: %+v", check)
	}
	b.holdsNothing("after an account that may not sign in")
	list, _, err := store.List()
	if err != nil || len(list) != 2 || list[0].Outcome != journal.Completed || list[1].Outcome != journal.Stopped {
		t.Errorf("the receipts are %+v, %v", list, err)
	}
}

// A person whom somebody else made has no mark and is not deleted.
func TestAProofDeletesNobodyElse(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	store := b.keeping()
	plan := b.planProof("")
	name := plan.Generated.Person.Username
	b.box.Authentik().AddPerson(name, "somebody", "somebody@example.com", "a password", nil)
	_, _, err := b.engine.Prove(t.Context(), &plan, func(apply.Event) {})
	if err == nil || !slices.Equal(b.testPeople(), []string{name}) {
		t.Errorf("%v; there are %v", err, b.testPeople())
	}
	receipt, err := store.Begin(&plan, journal.Meta{Kind: journal.Proof, AuthentikURL: b.authentikURL,
		PocketBaseURL: b.box.PocketBaseURL})
	if err == nil {
		err = receipt.AboutTo(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.engine.Prove(t.Context(), new(b.planProof("")), func(apply.Event) {}); err == nil ||
		!slices.Equal(b.testPeople(), []string{name}) {
		t.Errorf("%v; there are %v", err, b.testPeople())
	}
	b.apply(b.plan(b.minimal())) // what is left keeps nobody from the link
}

// An account that PocketBase does not delete is named, and deleted by the next
// apply, although the person is gone by then.
func TestWhatAProofCannotDeleteIsLeftToTheNextRun(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	store := b.keeping()
	app := b.box.PocketBase().App()
	hook := app.OnRecordDelete("users").BindFunc(func(*core.RecordEvent) error { return http.ErrNotSupported })
	check, v, err := b.engine.Prove(t.Context(), new(b.planProof("")), func(apply.Event) {})
	if check.Status != report.Pass || v == nil || err == nil || b.accounts() != 1 || len(b.testPeople()) > 0 ||
		!strings.Contains(err.Error(), "may still be in PocketBase") {
		t.Errorf("%v: %+v, %d accounts, %v", err, check, b.accounts(), b.testPeople())
	}
	_, _, err = b.engine.Prove(t.Context(), new(b.planProof("")), func(apply.Event) {})
	if err == nil || b.accounts() != 1 {
		t.Errorf("another proof: %v, %d accounts", err, b.accounts())
	}
	app.OnRecordDelete("users").Unbind(hook)
	if err := b.engine.Apply(t.Context(), b.plan(b.minimal()), func(apply.Event) {}); err != nil {
		t.Error(err)
	}
	b.holdsNothing("after the next apply")
	if open, _, err := store.Interrupted(); err != nil || len(open) > 0 {
		t.Errorf("open are %+v, %v", open, err)
	}
}

// An interruption leaves nothing, whenever it comes.
func TestAnInterruptedProofLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	store := b.keeping()
	for i := range 8 {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		_, _, err := b.engine.Prove(ctx, new(b.planProof("")), func(apply.Event) {
			if seen == i {
				cancel()
			}
			seen++
		})
		cancel()
		if stops := i < 3; stops != errors.Is(err, context.Canceled) || !stops && err != nil {
			t.Errorf("interrupted at the event %d: %v", i, err)
		}
		b.holdsNothing("interrupted")
	}
	if open, _, err := store.Interrupted(); err != nil || len(open) > 0 {
		t.Errorf("open are %+v, %v", open, err)
	}
}

// TestAConnectionOfAProofBreaks cuts each request of a proof in turn, before and
// after it arrives. Whatever happens, nothing is left.
func TestAConnectionOfAProofBreaks(t *testing.T) {
	p := newProxied(t)
	p.keeping()
	cut := func(n int, before bool) ([]string, error) {
		plan := p.planProof("")
		p.mu.Lock()
		p.asked, p.cutAt, p.before = nil, n, before
		p.mu.Unlock()
		check, v, err := p.engine.Prove(t.Context(), &plan, func(apply.Event) {})
		words := say.Join(check.Evidence, check.Remedy, report.MessageOf(err).Text(report.InFile)).String()
		if secret.In(words, plan.Generated.Person.Password) {
			t.Errorf("the password is shown: %+v %+v", check, v)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.cutAt = 0
		return slices.Clone(p.asked), err
	}
	whole, err := cut(0, false)
	if err != nil || len(whole) < 30 {
		t.Fatalf("%v after %v", err, whole)
	}
	for n := 1; n <= len(whole); n++ {
		writes := !strings.HasPrefix(whole[n-1], "GET ") && !strings.Contains(whole[n-1], "/flows/")
		for _, before := range []bool{true, false} {
			if !writes || before && strings.HasSuffix(whole[n-1], "/auth-with-oauth2") { // 30 s for PocketBase's log
				continue
			}
			_, _ = cut(n, before)
			p.holdsNothing(whole[n-1])
		}
	}
}
