package web

import (
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/sandbox"
	"authpocket/sandbox/authentiksim"
)

// leftOfProofs returns the usernames of the people whom proofs left in authentik,
// and how many accounts PocketBase has.
func leftOfProofs(t *testing.T, box *sandbox.Sandbox) (people []string, accounts int64) {
	t.Helper()
	for _, u := range box.Authentik().Snapshot().Users {
		if strings.HasPrefix(u.Username, "authpocket-test-") {
			people = append(people, u.Username)
		}
	}
	accounts, err := box.PocketBase().App().CountRecords("users")
	if err != nil {
		t.Fatal(err)
	}
	return people, accounts
}

func TestAProofIsReviewedCarriedOutAndShown(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	if p := b.get("/verify").want(200).says("Prove it now"); !strings.Contains(p.text, `href="/prove"`) {
		t.Error("the checks do not lead to a proof")
	}
	b.get("/signin").want(200).says("Prove it now", "Nobody has to enter a password")
	review := b.get("/prove").want(200).says("Review proof: 4 changes", "user “authpocket-test-", "Prove it now",
		"reach nobody")
	if people, accounts := leftOfProofs(t, box); len(people) > 0 || accounts > 0 {
		t.Fatalf("a review has made %v and %d accounts", people, accounts)
	}
	done := b.apply(review).says("Works: authpocket-test-", "signed in at", "are deleted again", "Finish",
		"View the sign-in", "4 of 4 changes applied")
	if done.title() != "Sign-in works – authpocket" {
		t.Errorf("the title is %q", done.title())
	}
	if people, accounts := leftOfProofs(t, box); len(people) > 0 || accounts > 0 {
		t.Errorf("left are %v and %d accounts", people, accounts)
	}
	test := w.server.signIns.All(w.only(t))[0]
	p := b.get("/signin/"+test.ID).want(200).says("Sign-in works", "A new account was created", "authpocket.invalid")
	if strings.Contains(p.text, "Delete the account") {
		t.Error("an account that is gone is offered to be deleted")
	}
	b.post("/signin/"+test.ID+"/delete", nil).want(303)
	b.get("/verify").want(200).says("Works: authpocket-test-")
	b.get("/receipts").want(200).says("Proof", "4 of 4 changes applied", "Proved that a new person can sign in")
	last := b.get("/done").want(200).says("Works: authpocket-test-").visible()
	_, changed, found := strings.Cut(last, "What was changed")
	if !found || strings.Contains(changed, "authpocket-test-") {
		t.Error("the last page lists what the proof made as if it were there")
	}
	b.get("/receipts/" + b.newest() + "/undo").want(303)
	b.apply(review).says("Works: authpocket-test-") // what the first press has begun
	if proofs := len(w.server.signIns.All(w.only(t))); proofs != 1 {
		t.Errorf("pressing twice makes %d proofs", proofs)
	}
}

// A person's own address is asked for on the review, by a form that needs no script.
func TestAProofWithAnAddressOfTheAdminsChoice(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	b.get("/prove").want(200).says("E-mail address of the person", "(optional)", "no mail reaches")
	wrong := b.get("/prove?email=someone").want(422).says("“someone” is not an e-mail address", "Enter one such as")
	if len(wrong.summary()) != 1 || attr(wrong.control("email"), "value") != "someone" ||
		strings.Contains(wrong.text, `action="/apply"`) {
		t.Errorf("%v\n%s", wrong.summary(), wrong.text)
	}
	review := b.get("/prove?email=+someone%40example.com").want(200).says("Mails go to someone@example.com")
	if sent := review.form("/prove").Get("email"); sent != "someone@example.com" {
		t.Errorf("the form has the address %q", sent)
	}
	b.apply(review).says("Works: someone@example.com signed in", "are deleted again")
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	account := core.NewRecord(users)
	account.SetEmail("someone@example.com")
	account.SetRandomPassword()
	if err := box.PocketBase().App().Save(account); err != nil {
		t.Fatal(err)
	}
	b.get("/prove?email=someone%40example.com").want(422).says("has the address someone@example.com")
	b.apply(b.get("/prove?email=another%40example.com").want(200)).says("Works: another@example.com")
}

func TestAProofThatDoesNotWorkSaysWhy(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser()
	b.get("/prove").want(303, "/authentik")
	b.linked()
	box.Authentik().SetLogin(authentiksim.LoginFlow{Captcha: true})
	b.apply(b.get("/prove").want(200)).says("This sign-in takes a person", "a captcha", "What to do:",
		"are deleted again")
	box.Authentik().SetLogin(authentiksim.LoginFlow{})
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.AuthRule = new("verified = false")
	if err := box.PocketBase().App().Save(users); err != nil {
		t.Fatal(err)
	}
	review := b.get("/prove").want(200)
	b.apply(review).says("The collection's auth rule", "View the sign-in", "are deleted again")
	users.CreateRule = nil
	if err := box.PocketBase().App().Save(users); err != nil {
		t.Fatal(err)
	}
	b.get("/prove").want(409).says("A new person cannot prove it", "only superusers may create records in users",
		"Nothing was written")
	if people, accounts := leftOfProofs(t, box); len(people) > 0 || accounts > 0 {
		t.Errorf("left are %v and %d accounts", people, accounts)
	}
}

// A proof that was killed is shown, and what it left goes with the next apply.
func TestAnInterruptedProofIsShownAndEnded(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	b.get("/prove").want(200)
	plans := w.only(t).ShownPlans()
	plan := plans[len(plans)-1].Plan
	person := link.As[link.PersonState](plan.Changes[0].After)
	box.Authentik().AddPerson(person.Username, person.Name, person.Email, "", person.Attributes())
	receipt, err := w.server.cfg.Receipts.Begin(&plan, journal.Meta{Kind: journal.Proof, AuthentikURL: box.AuthentikURL,
		PocketBaseURL: box.PocketBaseURL})
	if err == nil {
		err = receipt.AboutTo(0)
	}
	if err != nil {
		t.Fatal(err)
	}
	b.get("/receipts/"+receipt.ID).want(200).says("The proof was interrupted.", "may still be in authentik")
	review := b.get("/review").want(200).says("Proof: interrupted", "may still be in authentik",
		"Delete what the proof left")
	if people, _ := leftOfProofs(t, box); !slices.Equal(people, []string{person.Username}) {
		t.Errorf("looking has left %v", people)
	}
	b.apply(review).says("No changes were needed")
	if people, _ := leftOfProofs(t, box); len(people) > 0 {
		t.Errorf("left are %v", people)
	}
	if p := b.get("/review").want(200); strings.Contains(p.visible(), "interrupted") {
		t.Error("the proof is still shown")
	}
}
