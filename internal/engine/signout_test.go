package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/report"
)

// newLeavers returns a crowd of three whose Bob and Carol are no longer active, and the plan that signs them out.
func newLeavers(t *testing.T) (*crowd, link.Plan) {
	t.Helper()
	c := newCrowd(t)
	for _, name := range []string{"ann", "bob", "carol"} {
		c.enter(name)
	}
	c.deactivate("bob")
	c.deactivate("carol")
	plan, err := c.engine.SignOut(t.Context(), c.spec)
	if err != nil || len(plan.Changes) != 2 {
		t.Fatalf("%v, %s", err, show(plan))
	}
	return c, plan
}

// signsOut applies the plan and holds it to who is signed out after it.
func (c *crowd) signsOut(plan link.Plan, out ...string) error {
	c.t.Helper()
	err := c.engine.Apply(c.t.Context(), plan, func(apply.Event) {})
	var left []string
	for _, name := range []string{"ann", "bob", "carol"} {
		if !c.welcome(name) {
			left = append(left, name)
		}
	}
	if fmt.Sprint(left) != fmt.Sprint(out) {
		c.t.Errorf("%v are signed out, not %v: %v", left, out, err)
	}
	return err
}

// TestAStalePlanSignsNobodyOut changes something between the plan and its apply.
func TestAStalePlanSignsNobodyOut(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]struct {
		of   func(*crowd)
		says string
	}{
		"an account was changed": {func(c *crowd) { c.edit("bob", "name", "Bob") },
			"PocketBase: the account of bob@example.com was changed."},
		"a person is active again": {func(c *crowd) { c.activate("bob") },
			"bob@example.com may sign in again, or the account is gone."},
		"an account is gone": {func(c *crowd) { c.forget("bob") },
			"bob@example.com may sign in again, or the account is gone."},
		"the reason is another one": {func(c *crowd) { c.remove("bob") },
			"PocketBase: the account of bob@example.com was changed."},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c, plan := newLeavers(t)
			change.of(c)
			var out []string
			if !c.there("bob") {
				out = []string{"bob"} // a token of nobody
			}
			err := c.signsOut(plan, out...)
			if !report.IsStale(err) || !strings.Contains(fmt.Sprint(report.MessageOf(err).Details), change.says) {
				t.Errorf("the apply says %v: %v", err, report.MessageOf(err).Details)
			}
		})
	}
}

// TestWhoLeavesAfterThePlanIsNotSignedOutByIt signs out only whom the plan showed.
func TestWhoLeavesAfterThePlanIsNotSignedOutByIt(t *testing.T) {
	t.Parallel()
	c, plan := newLeavers(t)
	c.deactivate("ann")
	if err := c.signsOut(plan, "bob", "carol"); err != nil {
		t.Errorf("%v: %v", err, report.MessageOf(err))
	}
	if got := c.people().Open(); len(got) != 1 || got[0].Person != "ann" {
		t.Errorf("%+v are left", got)
	}
}

// meddler is a PocketBase where something happens just before each change.
type meddler struct {
	engine.PocketBase
	before func(link.Change)
}

func (m meddler) Apply(ctx context.Context, c link.Change) error {
	m.before(c)
	return m.PocketBase.Apply(ctx, c)
}

// TestAnAccountThatChangesDuringTheApplyIsLeftAlone signs the other one out, and says whom not.
func TestAnAccountThatChangesDuringTheApplyIsLeftAlone(t *testing.T) {
	t.Parallel()
	c, plan := newLeavers(t)
	a, p := c.clients()
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c.engine = c.with(a, meddler{p, func(change link.Change) {
		if strings.Contains(change.Object.String(), "bob@") {
			c.edit("bob", "name", "Bob")
		}
	}}, store)
	err = c.signsOut(plan, "carol")
	if said := report.MessageOf(err); err == nil || !strings.Contains(fmt.Sprint(said), c.id("bob")) {
		t.Errorf("the apply says %v: %+v", err, said)
	}
	list, _, err := store.List()
	if err != nil || len(list) != 1 || list[0].Outcome != journal.Stopped {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := c.people().Open(); len(got) != 1 || got[0].Person != "bob" {
		t.Errorf("%+v are left", got)
	}
}

// activate makes a user active again.
func (c *crowd) activate(username string) {
	c.authentik(http.MethodPatch, fmt.Sprintf("/core/users/%d/", c.keys[username]), map[string]any{"is_active": true})
}

// edit changes a field of somebody's account.
func (c *crowd) edit(username, field, value string) {
	c.call(http.MethodPatch, c.box.PocketBaseURL+"/api/collections/users/records/"+c.id(username),
		c.box.PocketBaseToken, map[string]any{field: value})
}

// forget deletes somebody's account.
func (c *crowd) forget(username string) {
	c.call(http.MethodDelete, c.box.PocketBaseURL+"/api/collections/users/records/"+c.id(username),
		c.box.PocketBaseToken, nil)
}

// id returns the ID of somebody's account.
func (c *crowd) id(username string) string {
	c.t.Helper()
	id, _ := c.account(username)["id"].(string)
	return id
}

// there reports whether somebody has an account.
func (c *crowd) there(username string) bool {
	_, err := c.box.PocketBase().App().FindAuthRecordByEmail("users", username+"@example.com")
	return err == nil
}

// blind is an authentik whose token does not see all objects that a permission is for.
type blind struct {
	engine.Authentik
	lacks report.Permission
}

func (b blind) Observe(ctx context.Context, q link.Query) (link.AuthentikSnapshot, error) {
	snap, err := b.Authentik.Observe(ctx, q)
	snap.SeesAll = slices.DeleteFunc(slices.Clone(snap.SeesAll), func(p report.Permission) bool { return p == b.lacks })
	return snap, err
}

// TestATokenThatSeesTooLittleSignsOutWhomItKnows has Ann, of whom it is not known whether she may still sign in.
func TestATokenThatSeesTooLittleSignsOutWhomItKnows(t *testing.T) {
	t.Parallel()
	for _, lacks := range []report.Permission{report.PermViewBinding, report.PermViewGroup} {
		t.Run(string(lacks), func(t *testing.T) {
			t.Parallel()
			c, _ := newLeavers(t)
			spec := c.spec
			spec.Access = &link.Access{Groups: []string{"staff"}}
			c.applyAll(spec)
			a, p := c.clients()
			store, err := journal.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			c.engine = c.with(blind{a, lacks}, p, store)
			plan, err := c.engine.SignOut(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.signsOut(plan, "bob", "carol"); err != nil {
				t.Errorf("%v: %v", err, report.MessageOf(err))
			}
			plan, err = c.engine.SignOut(t.Context(), spec)
			said := fmt.Sprint(report.MessageOf(err).What())
			if err == nil || !strings.Contains(said, "It is not known who can no longer sign in.") ||
				!strings.Contains(said, string(lacks)) {
				t.Errorf("once those are signed out it says %v: %s\n%s", err, said, show(plan))
			}
		})
	}
}
