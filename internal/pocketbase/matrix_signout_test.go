package pocketbase

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// signsOut gives the account that exists from the start, which has signed in through the slot, a new token key: its
// tokens end, and nothing else of it or of anybody else changes.
func (m *matrix) signsOut(t *testing.T, d link.Desired, fresh string) {
	t.Helper()
	found, err := m.client.LinkedAccounts(t.Context(), d, []string{m.old})
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	was := m.record(t)
	old, other := m.impersonates(t, m.old), m.impersonates(t, fresh)
	if !m.accepts(t, m.old, old) || !m.accepts(t, fresh, other) {
		t.Fatal("PocketBase refuses tokens before anybody is signed out")
	}
	before := link.SessionState{Collection: link.Ref{ID: d.Collection.ID, Name: d.Collection.Name}, Slot: d.Slot.Slot,
		ID: m.old, Email: found[0].Email, Subject: found[0].Subject, Updated: "2020-01-01 00:00:00.000Z"}
	if f := pbtest.FaultOf(t, m.client.Apply(t.Context(), link.SignOut(before, say.Text{}))); f.Kind !=
		report.FaultStale || !m.accepts(t, m.old, old) {
		t.Errorf("an account that was changed since the plan: %+v", f)
	}
	before.Updated = found[0].Updated
	m.apply(t, link.SignOut(before, say.Text{}))
	if m.accepts(t, m.old, old) {
		t.Error("PocketBase accepts the old token of an account that was signed out")
	}
	if !m.accepts(t, fresh, other) || !m.accepts(t, m.old, m.impersonates(t, m.old)) {
		t.Error("PocketBase refuses somebody else's token, or a new one")
	}
	now := m.record(t)
	delete(was, "updated")
	delete(now, "updated")
	if diff := cmp.Diff(was, now); diff != "" {
		t.Errorf("the sign-out changed something else of the account (-before +after):\n%s", diff)
	}
}

// impersonates returns a token of an account, which depends on its token key as those of its sign-ins do.
func (m *matrix) impersonates(t *testing.T, id string) string {
	t.Helper()
	var made struct{ Token string }
	m.call(t, http.MethodPost, "/api/collections/users/impersonate/"+id, map[string]int{"duration": 600}, &made)
	return made.Token
}

// accepts reports whether PocketBase shows an account to its token. The view rule of users is id = @request.auth.id.
func (m *matrix) accepts(t *testing.T, id, token string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.URL+"/api/collections/users/records/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotFound {
		t.Fatalf("the account of a token is answered %s", res.Status)
	}
	return res.StatusCode == http.StatusOK
}

// record returns the account that exists from the start, as a superuser sees it.
func (m *matrix) record(t *testing.T) (fields map[string]any) {
	t.Helper()
	m.call(t, http.MethodGet, "/api/collections/users/records/"+m.old, nil, &fields)
	return fields
}
