package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/web/session"
)

// The whole way, by forms alone as a browser without JavaScript sends them.
func TestFromStartToDone(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := wizardFor(t, box, Config{})
	b := w.browser()

	b.get("/").want(200).says("Start now")
	b.send(b.get("/authentik").want(200), "/authentik", url.Values{
		"authentik.url": {" " + box.AuthentikURL + "/if/admin/ "}, "authentik.token": {box.AuthentikToken},
	}).want(303, "/pocketbase")
	p := b.get("/pocketbase").want(200)
	if !strings.Contains(p.text, "signed in as akadmin (superuser)") {
		t.Error("the page after authentik's does not say what was found")
	}
	b.send(p, "/pocketbase", url.Values{
		"pocketbase.url": {box.PocketBaseURL + "/_/"}, "pocketbase.with": {"password"},
		"pocketbase.email": {box.SuperuserEmail}, "pocketbase.password": {box.SuperuserPassword},
	}).want(303, "/settings")
	settings := b.get("/settings").want(200).says("Which e-mail addresses should count as verified?")
	b.send(settings, "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")

	review := b.get("/review").want(200).says("Apply 3 changes",
		"authentik gets the application “PocketBase” and its provider.", "Nothing else is changed",
		"Everyone with an authentik account")
	if !strings.Contains(review.text, `href="https://docs.goauthentik.io/integrations/services/pocketbase/"`) {
		t.Error("the review names steps of a guide and does not lead to it")
	}
	if review.title() != "Review 3 changes – authpocket" {
		t.Errorf("the title is %q", review.title())
	}
	job := b.send(review, "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	b.get(job).want(200).says("All changes were applied and read back", "3 of 3 changes applied")

	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	b.get("/verify").want(200).says("Check results", "stands in the way")
	done := b.get("/done").want(200).says("authentik and PocketBase are linked", `.collection("users")`,
		`{ provider: "oidc" }`)
	for _, link := range []string{box.AuthentikURL + "/if/admin/#/core/applications/pocketbase",
		box.AuthentikURL + "/if/admin/#/core/providers/", box.PocketBaseURL +
			"/_/#/collections?collection="} {
		if !strings.Contains(done.text, link) {
			t.Errorf("the last page has no link to %s", link)
		}
	}

	// once more, with nothing left to do
	again := b.get("/review").want(200).says("No changes needed", "Run checks", "Export the link")
	for _, path := range []string{"/rotate", "/remove"} {
		if !strings.Contains(again.text, `href="`+path+`"`) || strings.Contains(review.text, `href="`+path+`"`) {
			t.Errorf("%s has to be linked to from the review of a link that is there, and of no other", path)
		}
	}
	b.get("/settings").want(200).says("This link already exists")
}

func TestForgetKeepsWhatWasMade(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().answered()
	b.wait(b.send(b.get("/review"), "/apply", nil).header.Get("Location")+"/events", "")
	b.post("/verify", nil)
	b.wait("/verify/events", "")

	b.get("/rotate").want(200) // a plan that nobody applies
	test := b.post("/signin", nil).want(303).header.Get("Location")
	sess, run := w.only(t), w.server.signIns.All(w.only(t))[0]
	p := sess.Look()
	secrets := []secret.Text{run.Started().CodeVerifier, p.Authentik.Login.Token, p.PocketBase.Login.Token}
	for _, d := range []link.Desired{run.Desired, p.Settled.Desired} {
		secrets = append(secrets, d.Provider.ClientSecret, d.Slot.ClientSecret)
	}
	for _, text := range secrets {
		if !text.IsSet() {
			t.Fatal("one of the secrets is not there to be wiped")
		}
	}
	for _, shown := range sess.ShownPlans() {
		secrets = append(secrets, secretsOf(shown.Plan)...)
	}
	b.post("/forget", nil).want(303, "/done")
	for i, text := range append(secrets, secretsOf(sess.Begun()[0].Plan)...) {
		if text.IsSet() {
			t.Errorf("secret %d was not wiped", i)
		}
	}
	b.get(test).want(200).says("The tokens were deleted before the sign-in finished")
	done := b.get("/done").want(200).says("authpocket has deleted its tokens and client secrets",
		"You stay signed in to authpocket")
	if len(done.all("form")) != 2 {
		t.Errorf("%d forms on the last page, want Start over and Sign out alone", len(done.all("form")))
	}
	b.get("/review").want(303, "/authentik")
	b.post("/verify", nil).want(303, "/authentik")
	b.post("/restart", nil).want(303, "/")
	if n := len(w.server.sessions.All()); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if !w.server.cfg.Prefill.AuthentikToken.IsSet() {
		t.Error("the program's own prefilled token was wiped along")
	}
}

func TestForgetInTheMiddleEndsTheSession(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	b.post("/forget", nil).want(303, "/forgotten")
	b.get("/forgotten").want(200).says("No tokens are kept", "no tokens, client secrets or answers of yours",
		"stay signed in", "Sign out")
	if n := len(w.server.sessions.All()); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	b.get("/settings").want(303, "/authentik")
}

func TestSkippingAheadLeadsToTheFirstUnansweredPage(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser()
	want := func(missing string, paths ...string) {
		t.Helper()
		for _, path := range paths {
			b.get(path).want(303, missing)
		}
	}
	want("/authentik", "/pocketbase", "/pocketbase/code", "/settings", "/review", "/verify", "/done")
	b.post("/settings", url.Values{"email": {"leave"}}).want(303, "/authentik")
	b.send(b.get("/authentik"), "/authentik", nil)
	want("/pocketbase", "/settings", "/review", "/verify", "/done")
	b.send(b.get("/pocketbase"), "/pocketbase", nil)
	want("/settings", "/review", "/verify", "/done")
	b.send(b.get("/settings"), "/settings", url.Values{"email": {"trust-all"}})
	want("/review", "/verify", "/done")
	b.get("/").want(200).says("Continue setup")
}

func TestChangeLeadsBackToTheReview(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().answered()
	review := b.get("/review").want(200)
	for _, path := range []string{"/authentik", "/pocketbase", "/settings"} {
		if !strings.Contains(review.text, `href="`+path+`?from=review"`) {
			t.Errorf("the review has no Change link to %s", path)
		}
		b.send(b.get(path+"?from=review").want(200), path, nil).want(303, "/review")
	}
	// without the Change link, Continue leads on
	b.send(b.get("/authentik"), "/authentik", nil).want(303, "/pocketbase")
	b.get("/review").want(200)
}

func TestAnotherServerOpensTheSettingsAgain(t *testing.T) {
	t.Parallel()
	box, other := sharedSandbox(t), newSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().answered()
	b.send(b.get("/authentik?from=review"), "/authentik", url.Values{
		"authentik.url": {other.AuthentikURL}, "authentik.token": {other.AuthentikToken},
	}).want(303, "/settings")
	b.get("/review").want(303, "/settings")
}

// only is the wizard's one session.
func (w *wizard) only(t *testing.T) *session.Session {
	t.Helper()
	all := w.server.sessions.All()
	if len(all) != 1 {
		t.Fatalf("%d sessions, want 1", len(all))
	}
	return all[0]
}

// secretsOf are the client secrets of a plan.
func secretsOf(p link.Plan) []secret.Text {
	texts := []secret.Text{p.Generated.ClientSecret, p.Desired.Provider.ClientSecret, p.Desired.Slot.ClientSecret}
	for _, c := range slices.Concat(p.Changes, p.Undoes) {
		texts = append(texts, c.Secrets()...)
	}
	return texts
}
