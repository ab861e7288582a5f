package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/sandbox"
)

func openReceipts(t *testing.T, dir string) *journal.Store {
	t.Helper()
	store, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// keeping is a wizard that keeps receipts.
func keeping(t *testing.T, box *sandbox.Sandbox, cfg Config) *wizard {
	t.Helper()
	cfg.Receipts, cfg.Version = openReceipts(t, t.TempDir()), "test"
	return wizardFor(t, box, cfg)
}

// state is all of both systems that a link touches, ids and times left out.
func state(t *testing.T, box *sandbox.Sandbox) string {
	t.Helper()
	snap := box.Authentik().Snapshot()
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	if len(users.OAuth2.Providers) == 0 {
		users.OAuth2.Providers = nil // an empty list and none are the same
	}
	text, err := json.MarshalIndent([]any{snap.Applications, snap.Providers, snap.ScopeMappings, snap.Bindings,
		len(snap.KeyPairs), users.OAuth2, users.CreateRule, users.AuthRule}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// apply presses the button of a review and waits for the end.
func (b *browser) apply(review *page) *page {
	b.t.Helper()
	job := b.send(review, "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	return b.get(job).want(200)
}

// linked goes all the way to Done.
func (b *browser) linked() *browser {
	b.t.Helper()
	b.answered()
	b.apply(b.get("/review").want(200)).says("All changes were applied")
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	return b
}

// newest is the id of the newest receipt, as the list links to it.
func (b *browser) newest() string {
	b.t.Helper()
	for _, a := range b.get("/receipts").want(200).all("a") {
		if id, found := strings.CutPrefix(attr(a, "href"), "/receipts/"); found {
			return id
		}
	}
	b.t.Fatal("the list has no receipt")
	return ""
}

func TestUndoPutsBothSystemsBack(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	before := state(t, box)
	b := keeping(t, box, prefilled(box)).browser().linked()
	if p := b.get("/done").want(200).says("Finish", "Undo", "Rotate the client secret",
		"Remove the link"); !strings.Contains(p.text, `href="/receipts"`) {
		t.Error("the last page does not lead to the receipts")
	}
	list := b.get("/receipts").want(200).says("Link created", "3 of 3 changes applied", "Done",
		"Linked the application “pocketbase” with the collection “users”.", "just now")
	if !strings.Contains(list.text, `<nav class="frame back" aria-label="Back"><a href="/done">`) {
		t.Error("no way back from the receipts to the last page")
	}
	id := b.newest()
	if one := b.get("/receipts/"+id).want(200).says("Create", "Done", "Undo", "Before"); strings.Contains(one.text,
		`<th scope="col">Now</th>`) {
		t.Error("a receipt calls what was there before “Now”")
	}
	review := b.get("/receipts/"+id+"/undo").want(200).says("Review undo: 4 changes", "Undo 4 changes", "Delete")
	if strings.Contains(review.visible(), "Your answers") {
		t.Error("the review of an undo repeats answers")
	}
	done := b.apply(review).says("4 changes were undone", "Both systems are as they were before")
	if done.title() != "Undone – authpocket" {
		t.Errorf("the title is %q", done.title())
	}
	if after := state(t, box); after != before {
		t.Errorf("both systems are\n%s\nwant\n%s", after, before)
	}
	// a second press of the same button shows what it did
	b.send(review, "/apply", nil).want(303)
	b.get("/done").want(303, "/settings") // what the answers were is asked of the systems again
	for _, path := range []string{"/rotate", "/remove"} {
		b.get(path).want(409).says("Confirm the settings first", "after an undo", "Go to the settings")
	}
	b.get("/receipts/"+id).want(200).says("Done, then undone", "Recreate the link")
	b.get("/receipts").says("Undone: "+id, "4 of 4 changes applied")
	b.send(b.get("/receipts/"+id), "/receipts/"+id+"/continue", nil).want(303, "/review")
	b.get("/review").want(200).says("Apply 3 changes")
}

func TestUndoOfWhatWasChangedSinceAsks(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	before := state(t, box)
	b := keeping(t, box, prefilled(box)).browser().linked()
	id := b.newest()
	rename(t, box)
	conflict := b.get("/receipts/"+id+"/undo").want(409).says("Something has changed since then", "Somebody else's",
		"Undo anyway", "Cancel")
	if !strings.Contains(conflict.text, `href="/receipts/`+id+`/undo?force=yes"`) {
		t.Error("there is no way on")
	}
	b.apply(b.get("/receipts/" + id + "/undo?force=yes").want(200).says(
		"Later changes to these objects are lost")).says("4 changes were undone")
	if after := state(t, box); after != before {
		t.Errorf("both systems are\n%s\nwant\n%s", after, before)
	}
}

// rename changes the name of the link's application as another admin would.
func rename(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, box.AuthentikURL+
		"/api/v3/core/applications/pocketbase/", strings.NewReader(`{"name":"Somebody else's"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+box.AuthentikToken)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("renaming the application: %s", res.Status)
	}
}

// secrets are the client secrets on both sides.
func secrets(t *testing.T, box *sandbox.Sandbox) (authentik, pocketbase string) {
	t.Helper()
	providers := box.Authentik().Snapshot().Providers
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil || len(providers) != 1 || len(users.OAuth2.Providers) != 1 {
		t.Fatalf("%d and %d providers: %v", len(providers), len(users.OAuth2.Providers), err)
	}
	return providers[0].ClientSecret, users.OAuth2.Providers[0].ClientSecret
}

func TestANewClientSecretIsCheckedAtOnce(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	old, _ := secrets(t, box)
	review := b.get("/rotate").want(200).says("Review new client secret: 2 changes", "Sign-ins fail for a moment",
		"authentik accepts the new client secret", "PocketBase gets the same client secret")
	for _, other := range []string{"Everyone with an authentik account", "will count as verified",
		"Only the fields below",
		"PocketBase guide"} {
		if strings.Contains(review.visible(), other) {
			t.Errorf("the review of a new secret tells of %q", other)
		}
	}
	b.apply(review).says("Both systems use the new client secret", "Checks:", "Back to the link")
	authentik, pocketbase := secrets(t, box)
	if authentik == old || authentik != pocketbase {
		t.Error("the two sides do not have one new secret")
	}
	if strings.Contains(review.text, authentik) || strings.Contains(b.get("/receipts/"+b.newest()).text, authentik) {
		t.Error("the secret is on a page")
	}
	b.get("/verify").want(200).says("stands in the way")
	done := b.get("/done").want(200).says("Client secret rotated · view receipt",
		"Link created · view receipt", "Created in authentik: scope mapping “authpocket: trust every e-mail address”")
	if newest, first := strings.Index(done.text, `<h2>Client secret rotated`),
		strings.Index(done.text, `<h2>Link created`); newest < 0 || first < newest {
		t.Error("the last page does not list all that was changed, the newest first")
	}
	b.get("/review").want(200).says("No changes needed")
	id := b.newest()
	b.get("/receipts/"+id).want(200).says("Client secret rotated", "the previous client secret cannot be restored")
	b.get("/receipts/"+id+"/undo").want(303, "/receipts/"+id)
}

func TestASecretThatIsNotAcceptedLeadsBackToTheOldOne(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	var refuse atomic.Bool
	g := newGate(t, box.AuthentikURL)
	front := g.before(t, func(w http.ResponseWriter, r *http.Request) bool {
		if refuse.Load() && strings.Contains(r.URL.Path, "/revoke/") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
			return true
		}
		return false
	})
	cfg := prefilled(box)
	cfg.Prefill.AuthentikURL = front
	b := keeping(t, box, cfg).browser().linked()
	old, _ := secrets(t, box)
	refuse.Store(true)
	b.apply(b.get("/rotate").want(200)).says("The new client secret is rejected", "Restore the old secret")
	refuse.Store(false)
	b.apply(b.get("/rotate/back").want(200).says("Restore the old secret")).says("Both systems use the old " +
		"client secret")
	if authentik, pocketbase := secrets(t, box); authentik != old || pocketbase != old {
		t.Error("the two sides do not have the old secret")
	}
	history := b.get("/receipts").want(200).says("Taken back: both systems have the old client secret")
	if strings.Contains(history.text, "Client secret restored") {
		t.Error("the rotation that was taken back has two lines")
	}
	b.get("/receipts/"+b.newest()).want(200).says("Client secret rotated", "Taken back: both systems")
}

func TestTakingTheLinkApartLeavesNothing(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser().linked()
	review := b.get("/remove").want(200).says("Review removal", "PocketBase accounts are kept",
		"Remove the link")
	b.apply(review).says("The link was removed", "People can no longer sign in with authentik",
		"PocketBase accounts were kept")
	snap := box.Authentik().Snapshot()
	users, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil || len(snap.Applications)+len(snap.Providers)+len(users.OAuth2.Providers) != 0 ||
		strings.Contains(state(t, box), "authpocket:") {
		t.Errorf("something is left: %s, %v", state(t, box), err)
	}
	b.get("/remove").want(200).says("There is no link to remove")
	b.get("/rotate").want(409).says("There is no link yet, so there is no client secret to rotate")
	id := b.newest()
	b.get("/receipts/"+id).want(200).says("Link removed", "Undo restores the link as it was, with a new client secret")
	b.apply(b.get("/receipts/"+id+"/undo").want(200).says("Review undo: 3 changes",
		"The client secret is a new one")).says("The link was restored")
	if authentik, pocketbase := secrets(t, box); authentik == "" || authentik != pocketbase {
		t.Error("the two sides do not have one new secret")
	}
	for _, path := range []string{"/rotate", "/remove"} {
		b.get(path).want(409).says("Confirm the settings first", "after an undo", "Go to the settings")
	}
	b.get("/receipts/"+id).want(200).says("Done, then undone", "Recreate the link")
}

// interrupt leaves a receipt as a killed apply does: the session's newest plan
// with its first change announced, and no end.
func (w *wizard) interrupt() *journal.Receipt {
	w.t.Helper()
	sess := w.only(w.t)
	plans := sess.ShownPlans()
	plan := plans[len(plans)-1].Plan
	receipt, err := w.server.cfg.Receipts.Begin(&plan, journal.Meta{
		Kind: journal.Apply, AuthentikURL: w.box.AuthentikURL, PocketBaseURL: w.box.PocketBaseURL, Program: "test",
	})
	if err == nil {
		err = receipt.AboutTo(0)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return receipt
}

func TestAnInterruptedApplyIsShownAndGoneOnWith(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().answered()
	receipt := w.interrupt()
	words := []string{"Link created or changed: interrupted", "Started, but it is unclear whether it was written: " +
		"create scope mapping", "0 of 3 changes applied", "Undo"}
	b.get("/review").want(200).says(append(words, "The review below continues from there")...)
	settings := b.get("/settings").want(200).says(append(words, "Continue")...)
	b.get("/receipts").says("Interrupted")
	// another browser, which has no answers yet
	other := w.browser().connected()
	other.get("/settings").want(200).says(words...)
	other.send(settings, "/receipts/"+receipt.ID+"/continue", nil).want(303, "/review")
	other.apply(other.get("/review").want(200).says("Apply 3 changes")).says("All changes were applied")
	if p := other.get("/review").want(200).says("No changes needed"); strings.Contains(p.visible(), "interrupted") {
		t.Error("the interrupted apply is still shown")
	}
	other.get("/receipts/"+receipt.ID).says("Interrupted, then continued", "Started, outcome unknown")
}

func TestAnInterruptedApplyThatWroteNothingCanBeClosed(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().answered()
	id := w.interrupt().ID
	before := state(t, box)
	b.apply(b.get("/receipts/"+id+"/undo").want(200).says("Nothing to undo", "Close the receipt")).says(
		"0 changes")
	if p := b.get("/settings").want(200); strings.Contains(p.visible(), "interrupted") {
		t.Error("the interrupted apply is still shown")
	}
	if state(t, box) != before {
		t.Error("something was written")
	}
}

func TestALinkThatIsBeingChangedElsewhereIsLeftAlone(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	cfg := prefilled(box)
	dir := t.TempDir()
	cfg.Receipts = openReceipts(t, dir)
	b := wizardFor(t, box, cfg).browser().answered()
	unlock, err := openReceipts(t, dir).Lock(t.Context(), journal.Key(box.AuthentikURL, box.PocketBaseURL))
	if err != nil {
		t.Fatal(err)
	}
	review := b.get("/review").want(200)
	b.apply(review).says("This link is being changed right now by another authpocket, or in another tab",
		"Wait until that is done", "0 of 3 changes applied")
	unlock()
	b.apply(b.get("/review").want(200)).says("All changes were applied")
}

func TestReceiptsOfOtherLinksAreNotShown(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().answered()
	plan := w.only(t).ShownPlans()[0].Plan
	other, err := w.server.cfg.Receipts.Begin(&plan, journal.Meta{Kind: journal.Apply,
		AuthentikURL: "https://other.example", PocketBaseURL: box.PocketBaseURL})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/receipts").want(200).says("This link has no receipts yet", "There is 1 receipt for other addresses")
	for _, path := range []string{"/receipts/" + other.ID, "/receipts/" + other.ID + "/undo", "/receipts/unknown",
		"/receipts/unknown/undo"} {
		b.get(path).want(404).says("Receipt not found")
	}
	b.post("/receipts/"+other.ID+"/continue", nil).want(404)
	if p := b.get("/review"); strings.Contains(p.visible(), "interrupted") {
		t.Error("the review tells of another link's apply")
	}
	stranger := w.browser()
	for _, path := range []string{"/receipts", "/receipts/" + other.ID, "/receipts/" + other.ID + "/undo", "/rotate",
		"/rotate/back", "/remove"} {
		if p := stranger.get(path).want(303); p.header.Get("Location") != "/authentik" &&
			p.header.Get("Location") != "/rotate" {
			t.Errorf("%s leads a stranger to %s", path, p.header.Get("Location"))
		}
	}
	stranger.post("/receipts/"+other.ID+"/continue", nil).want(303, "/authentik")
}

func TestWithoutADirectoryThereAreNoReceipts(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	b.get("/receipts").want(404).says("Receipts are turned off")
	b.get("/receipts/abc").want(404)
	if p := b.get("/settings"); strings.Contains(p.text, `href="/receipts"`) {
		t.Error("the foot leads to receipts that are not kept")
	}
}

func TestAnotherKindOfPlanWaitsForTheOneUnderWay(t *testing.T) {
	t.Parallel()
	w, g := gated(t)
	b := w.browser().linked()
	rotate, remove := b.get("/rotate").want(200), b.get("/remove").want(200)
	reached, open := make(chan struct{}, 10), make(chan struct{})
	g.set(func(http.ResponseWriter, *http.Request) bool {
		reached <- struct{}{}
		<-open
		return false
	})
	job := b.send(rotate, "/apply", nil).want(303).header.Get("Location")
	<-reached
	b.send(remove, "/apply", nil).want(409).says("Other changes are in progress", "View progress")
	b.send(rotate, "/apply", nil).want(303, job)
	close(open)
	b.wait(job+"/events", "")
	b.get(job).want(200).says("Both systems use the new client secret")
	// the answers' own secret is no longer wanted, and what was shown before is compared anew
	b.post("/apply", url.Values{"plan": {"unknown"}}).want(409)
}

// Once the tokens are forgotten the connections themselves can do nothing.
func TestForgottenConnectionsAreUseless(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser()
	b.send(b.get("/authentik"), "/authentik", nil).want(303)
	b.send(b.get("/pocketbase"), "/pocketbase", url.Values{
		"pocketbase.with": {"password"}, "pocketbase.email": {box.SuperuserEmail},
		"pocketbase.password": {box.SuperuserPassword},
	}).want(303, "/settings")
	p := w.only(t).Look()
	if _, err := p.PocketBase.System.Observe(t.Context(), link.Query{}); err != nil {
		t.Fatal(err)
	}
	b.post("/forget", nil).want(303, "/forgotten")
	if _, err := p.PocketBase.System.Observe(t.Context(), link.Query{}); err == nil {
		t.Error("PocketBase's connection still has a token")
	}
	if _, err := p.Authentik.System.Observe(t.Context(), link.Query{Slug: "pocketbase"}); err == nil {
		t.Error("authentik's connection still has a token")
	}
}

func TestAnOldSecretGoesBackToItsOwnLinkOnly(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser().linked()
	b.apply(b.get("/rotate").want(200))
	b.get("/rotate/back").want(200).says("Restore the old secret", "from before the rotation")
	b.send(b.get("/settings"), "/settings", url.Values{
		"application.slug": {"other"}, "application.name": {"Other"}, "provider.name": {"Other provider"},
		"existing": {"new"}, "pocketbase.slot": {"oidc2"}, "provider.client_id": {""},
	}).want(303, "/review")
	b.apply(b.get("/review").want(200))
	b.get("/rotate/back").want(303, "/rotate")
}

func TestACauseThatLiesElsewhereLeadsInNoCircle(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser().linked()
	b.get("/fix/issuer-mismatch").want(409).says("authpocket cannot fix this",
		"Both systems already have the settings you chose")
}

func TestAnUndoBeneathALaterReceiptLeadsToThatOne(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	b := keeping(t, box, prefilled(box)).browser().linked()
	first := b.newest()
	b.send(b.get("/settings"), "/settings", url.Values{"application.name": {"Recipes"}}).want(303, "/review")
	b.apply(b.get("/review").want(200))
	later := b.newest()
	conflict := b.get("/receipts/"+first+"/undo").want(409).says("This link has a later receipt",
		"Undo the later receipt first")
	if !strings.Contains(conflict.text, `href="/receipts/`+later+`/undo"`) {
		t.Error("it does not lead to the later one")
	}
}

// TestAReceiptIsSaidInTheReadersLanguage: its file has English words.
func TestAReceiptIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	receipt := "/receipts/" + b.newest()
	b.get(receipt).want(200).says("Create application and provider “PocketBase”")
	b.get("/?lang=de").want(303, "/")
	b.get(receipt).want(200).says("Anwendung und Provider „PocketBase“ anlegen")
	undo := b.get(receipt+"/undo").want(200).says("Anwendung „PocketBase“", "Macht eine frühere Änderung rückgängig.")
	for _, words := range []string{"application “", "provider “", "scope mapping “", "Undoes"} {
		if strings.Contains(undo.visible(), words) {
			t.Errorf("the undo says %q", words)
		}
	}
}
