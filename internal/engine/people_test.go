package engine_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/people"
	"authpocket/internal/report"
)

// crowd is a bench with a link, and people who have signed in through it.
type crowd struct {
	*bench
	spec   link.Spec
	keys   map[string]int    // of authentik's users, by username
	tokens map[string]string // of PocketBase's accounts, by username
}

// newCrowd links both systems. The application is open to the groups, or to everybody.
func newCrowd(t *testing.T, groups ...string) *crowd {
	t.Helper()
	c := &crowd{bench: newBench(t), keys: map[string]int{}, tokens: map[string]string{}}
	c.keeping()
	c.spec = c.minimal()
	if len(groups) > 0 {
		c.spec.Access = &link.Access{Groups: groups}
	}
	c.applyAll(c.spec)
	return c
}

func (c *crowd) applyAll(spec link.Spec) {
	c.t.Helper()
	plan, err := c.engine.Plan(c.t.Context(), spec)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.engine.Apply(c.t.Context(), plan, func(apply.Event) {}); err != nil {
		c.t.Fatal(err)
	}
}

// enter adds a user to authentik and the account of that user to PocketBase.
func (c *crowd) enter(username string) {
	c.t.Helper()
	email := username + "@example.com"
	c.keys[username] = c.box.Authentik().AddPerson(username, username, email, "pw", nil)
	c.signUp(username, c.subject(username))
}

// subject returns the subject of a user in the link's mode, which is the default one.
func (c *crowd) subject(username string) string {
	c.t.Helper()
	uid, _ := c.authentik(http.MethodGet, fmt.Sprintf("/core/users/%d/", c.keys[username]), nil)["uid"].(string)
	return uid
}

// signUp creates an account as a sign-in with the subject does.
func (c *crowd) signUp(username, subject string) {
	c.t.Helper()
	app := c.box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		c.t.Fatal(err)
	}
	record := core.NewRecord(users)
	record.SetEmail(username + "@example.com")
	record.SetRandomPassword()
	if err := app.Save(record); err != nil {
		c.t.Fatal(err)
	}
	auth := core.NewExternalAuth(app)
	auth.SetCollectionRef(users.Id)
	auth.SetRecordRef(record.Id)
	auth.SetProvider("oidc")
	auth.SetProviderId(subject)
	if err := app.Save(auth); err != nil {
		c.t.Fatal(err)
	}
	if c.tokens[username], err = record.NewAuthToken(); err != nil {
		c.t.Fatal(err)
	}
}

// welcome reports whether PocketBase accepts somebody's token.
func (c *crowd) welcome(username string) bool {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost,
		c.box.PocketBaseURL+"/api/collections/users/auth-refresh", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", c.tokens[username])
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (c *crowd) people() people.Report {
	c.t.Helper()
	r, err := c.engine.People(c.t.Context(), &c.spec)
	if err != nil {
		c.t.Fatalf("%v: %v", err, report.MessageOf(err))
	}
	return r
}

// left returns who left, by username, with the reason.
func left(r people.Report) map[string]people.Reason {
	found := map[string]people.Reason{}
	for _, l := range r.Left {
		found[strings.TrimSuffix(l.Email, "@example.com")] = l.Reason
	}
	return found
}

func (c *crowd) deactivate(username string) {
	c.authentik(http.MethodPatch, fmt.Sprintf("/core/users/%d/", c.keys[username]), map[string]any{"is_active": false})
}

func (c *crowd) remove(username string) {
	c.authentik(http.MethodDelete, fmt.Sprintf("/core/users/%d/", c.keys[username]), nil)
}

func (c *crowd) rename(username, to string) {
	c.authentik(http.MethodPatch, fmt.Sprintf("/core/users/%d/", c.keys[username]), map[string]any{"username": to})
}

func (c *crowd) join(username, group string) {
	groups := c.authentik(http.MethodGet, "/core/groups/?name="+group, nil)["results"].([]any)
	pk := groups[0].(map[string]any)["pk"].(string)
	c.authentik(http.MethodPost, "/core/groups/"+pk+"/add_user/", map[string]any{"pk": c.keys[username]})
}

func TestPeopleWhoLeftAreFoundAndSignedOut(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "staff")
	for _, name := range []string{"ann", "bob", "carol", "dan", "eve", "frank"} {
		c.enter(name)
		if name != "dan" {
			c.join(name, "staff")
		}
	}
	c.deactivate("bob")
	c.remove("carol")
	c.rename("eve", "eva")
	c.remove("frank") // and comes back as somebody else
	c.keys["frank"] = c.box.Authentik().AddPerson("frank", "frank", "frank@example.com", "pw", nil)
	want := map[string]people.Reason{"bob": people.Inactive, "carol": people.Gone, "dan": people.NotAllowed,
		"frank": people.Gone}
	r := c.people()
	if got := left(r); fmt.Sprint(got) != fmt.Sprint(want) || r.Linked != 6 || len(r.Unsure) > 0 {
		t.Fatalf("found %v of %d, not known of %v; want %v", got, r.Linked, r.Unsure, want)
	}
	plan, err := c.engine.SignOut(t.Context(), c.spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range plan.Changes {
		if names := change.Names(); !slices.Equal(names, []string{link.TokenKey}) {
			t.Errorf("%s writes %v", change.ID(), names)
		}
	}
	before := c.account("bob")
	if err := c.engine.Apply(t.Context(), plan, func(apply.Event) {}); err != nil {
		t.Fatalf("%v: %v", err, report.MessageOf(err))
	}
	for name := range c.tokens {
		_, out := want[name]
		if c.welcome(name) == out {
			t.Errorf("%s: the token works: %v", name, !out)
		}
	}
	after := c.account("bob")
	for field, was := range before {
		if now := after[field]; fmt.Sprint(now) != fmt.Sprint(was) && field != "tokenKey" && field != "updated" {
			t.Errorf("%s of bob was %v and is now %v", field, was, now)
		}
	}
	if after["tokenKey"] == before["tokenKey"] {
		t.Error("the token key stayed")
	}
	r = c.people()
	if len(r.Open()) > 0 || len(r.Left) != len(want) {
		t.Errorf("afterwards %v are not signed out, of %v", r.Open(), r.Left)
	}
}

// account returns all fields of an account.
func (c *crowd) account(username string) map[string]any {
	c.t.Helper()
	record, err := c.box.PocketBase().App().FindAuthRecordByEmail("users", username+"@example.com")
	if err != nil {
		c.t.Fatal(err)
	}
	fields := map[string]any{}
	for name, value := range record.FieldsData() {
		fields[name] = value
	}
	return fields
}

func TestAReceiptOfASignOutHasNoTokenKey(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	dir := t.TempDir()
	store, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c.engine = c.connectKeeping(store)
	c.enter("bob")
	c.deactivate("bob")
	keys := []string{c.account("bob")["tokenKey"].(string)}
	plan, err := c.engine.SignOut(t.Context(), c.spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.engine.Apply(t.Context(), plan, func(apply.Event) {}); err != nil {
		t.Fatal(err)
	}
	keys = append(keys, c.account("bob")["tokenKey"].(string))
	files, err := filepath.Glob(filepath.Join(dir, "receipt-*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	kept, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if strings.Contains(string(kept), key) {
			t.Errorf("the receipt has a token key: %s", kept)
		}
	}
	list, _, err := store.List()
	if err != nil || len(list) != 1 || list[0].Kind != journal.SignOut || list[0].Outcome != journal.Completed {
		t.Fatalf("%v %v", list, err)
	}
	if _, err := c.engine.Undo(t.Context(), list[0].ID, false); err == nil ||
		!strings.Contains(report.MessageOf(err).What().String(), "old tokens stay invalid") {
		t.Errorf("undo says %v", report.MessageOf(err).What())
	}
}
