package pocketbase

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// identityProvider signs in whoever the code names: a person with that subject and a verified address. It refuses the
// code "bad" and the probe's. It reports which client secret it received.
func identityProvider(t *testing.T) (address string, secrets <-chan string) {
	asked := make(chan string, 32)
	return pbtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/userinfo/") {
			who := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			pbtest.AnswerJSON(w, 200, `{"sub":"`+who+`","email":"`+who+
				`@example.com","email_verified":true,"name":"Somebody"}`)
			return
		}
		_, password, _ := r.BasicAuth()
		asked <- password
		if code := r.FormValue("code"); code == "bad" || strings.HasPrefix(code, "authpocket-probe-") {
			pbtest.AnswerJSON(w, 400, `{"error":"invalid_grant"}`)
			return
		}
		pbtest.AnswerJSON(w, 200, `{"access_token":"`+r.FormValue("code")+`","token_type":"Bearer","expires_in":60}`)
	}), asked
}

// signsIn takes three people through a sign-in: a new one, one who has an account, and one who returns. It reads the
// log of each, and deletes the account that the test created, and nothing else.
func (m *matrix) signsIn(t *testing.T) {
	t.Helper()
	idp, secrets := identityProvider(t)
	p := pbtest.Ours()
	p.TokenURL, p.UserInfoURL = idp+"/application/o/token/", idp+"/application/o/userinfo/"
	m.apply(t, pbtest.Adding(observe(t, m.client), &p))
	d := desired(t, m.client)
	d.Slot, d.Collection = p, *observe(t, m.client)
	m.client.Check(t.Context(), d) // reading must not wipe secrets from the server's memory
	opened, verifier, err := m.client.AuthMethods(t.Context(), d)
	if err != nil || !strings.Contains(opened, p.ClientID) || !verifier.IsSet() {
		t.Fatalf("%s, %v", opened, err)
	}
	old, began := m.old, time.Now()
	exchange := func(who string, want signin.Outcome) *signin.Record {
		t.Helper()
		done, err := m.client.Exchange(t.Context(), d, signin.Code{
			Code: secret.New(who), CodeVerifier: verifier, RedirectURL: link.RedirectURL(m.URL), Nonce: "nonce-" + who +
				"-" + string(want),
		})
		if err != nil || done.Outcome != want || done.Record == nil && want != signin.OutcomeRefused {
			t.Fatalf("%s: %+v, %v, want %s", who, done, err, want)
		}
		return done.Record
	}
	fresh := exchange("fresh", signin.OutcomeNew)
	exchange("fresh", signin.OutcomeReturns)
	if linked := exchange("old", signin.OutcomeLinked); linked.ID != old {
		t.Errorf("%+v", linked)
	}
	exchange("old", signin.OutcomeReturns)
	exchange("bad", signin.OutcomeRefused)
	if got := <-secrets; got != "ours-secret" {
		t.Errorf("the token endpoint was called with the secret %q", got)
	}
	// Since 0.37.4 PocketBase recreates the link of an unverified account.
	m.call(t, http.MethodPatch, "/api/collections/users/records/"+old, map[string]any{"verified": false,
		"email": "other@example.com"}, new(any))
	exchange("old", signin.OutcomeReturns)

	m.signsOut(t, d, fresh.ID)
	m.logged(t, d)
	for range len(secrets) {
		if got := <-secrets; got != "ours-secret" && got != "" { // the second attempt has it in the body
			t.Errorf("the token endpoint was called with the secret %q", got)
		}
	}
	later := time.Now().Add(3 * time.Second) // beyond what the clocks leave open
	for who, id := range map[string]string{"old": old, "of a test before": fresh.ID} {
		if f := pbtest.FaultOf(t, m.client.DeleteAccount(t.Context(), d, id, later,
			false)); f.Kind != report.FaultRefused {
			t.Errorf("%s: %+v", who, f)
		}
	}
	if err := m.client.DeleteAccount(t.Context(), d, fresh.ID, began, true); err != nil {
		t.Error(err)
	}
	if there, _, err := m.client.Accounts(t.Context(), d, "fresh", ""); err != nil || there != nil {
		t.Errorf("left behind: %+v, %v", there, err)
	}
	if there, _, err := m.client.Accounts(t.Context(), d, "old", ""); err != nil || there == nil || there.ID != old {
		t.Errorf("deleted as well: %+v, %v", there, err)
	}
	now := observe(t, m.client)
	m.apply(t, pbtest.Change(now, pbtest.Without(now, "oidc2"), "oidc2.displayName"))
	m.untouched(t, "signing in and removing")
}

// logged reads the log of a successful sign-in, of a failed one and of the probe at the same time, because it is
// written late.
func (m *matrix) logged(t *testing.T, d link.Desired) {
	t.Helper()
	old := rest.ParseRelease(m.version).Before(rest.ComparesIPs)
	var group sync.WaitGroup
	group.Go(func() {
		if check := m.client.Probe(t.Context(), d); check.Status != report.Pass {
			t.Errorf("%+v", check)
		}
	})
	for nonce, cause := range map[string]report.CauseID{"nonce-fresh-new": "",
		"nonce-bad-refused": report.CauseCodeRefused} {
		group.Go(func() {
			trail := m.client.Trail(t.Context(), signin.TrailQuery{Nonce: nonce, Exchange: true, Patient: true})
			if !trail.Exchange || trail.Cause != cause || !trail.Unread.Empty() || trail.IgnoresIPs != old {
				t.Errorf("%s: %+v", nonce, trail)
			}
		})
	}
	group.Wait()
}

// account creates an account in the collection.
func (m *matrix) account(t *testing.T, who string, verified bool) (id string) {
	t.Helper()
	var made struct{ ID string }
	m.call(t, http.MethodPost, "/api/collections/users/records", map[string]any{
		"email": who + "@example.com", "verified": verified, "password": "correct-horse",
		"passwordConfirm": "correct-horse",
	}, &made)
	return made.ID
}
