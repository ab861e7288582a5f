package web

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/sandbox"
	"authpocket/web/view"
	"authpocket/web/view/proof"
)

// An application that lost its provider is in the way of a plan until somebody says what becomes of it.
func TestRecreatingWhatIsInTheWayAsks(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	removeProvider(t, box)
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	if p := b.get("/verify").says("Recreate the application"); !p.leadsSomewhere("/fix/discovery") {
		t.Errorf("no way to recreate it:\n%s", p.visible())
	}
	b.get("/fix/discovery").want(303, "/settings?from=review")
	settings := b.get("/settings?from=review").want(200).says("which has no provider")
	b.send(settings, "/settings", url.Values{"existing": {"use-application:pocketbase"},
		"email": {"trust-all"}})
	b.send(b.get("/settings").want(200), "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	b.apply(b.get("/review").want(200)).says("All changes were applied")
}

func TestWhatIsThereIsNotRecreated(t *testing.T) {
	missing := report.Check{ID: report.CheckAuthentikDiscovery, System: report.Authentik}
	missing.Fails(report.CauseDiscovery, say.Of("404"), say.Of("Check it."))
	client := report.Check{ID: report.CheckAuthentikClient, System: report.Authentik}
	for _, there := range []bool{true, false} {
		if client.Passes(say.Of("200")); !there {
			client.Fails(report.CauseDiscovery, say.Of("none"), say.Of("Apply."))
		}
		p := proof.NewVerify(view.Head{}, proof.VerifyInput{Begun: true, Ended: true,
			Checks: report.Checks{missing, client}}, "")
		if fix := p.Groups[0].Checks[0].Fix; (fix == nil) != there {
			t.Errorf("the application is there: %t, and the fix is %v", there, fix)
		}
	}
}

func (p *page) leadsSomewhere(address string) bool {
	for _, a := range p.all("a") {
		if attr(a, "href") == address {
			return true
		}
	}
	return false
}

func removeProvider(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	for _, provider := range box.Authentik().Snapshot().Providers {
		deleteAt(t, box, "/api/v3/providers/oauth2/"+strconv.Itoa(provider.PK)+"/")
	}
}

// deleteAt deletes an object of authentik.
func deleteAt(t *testing.T, box *sandbox.Sandbox, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, box.AuthentikURL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+box.AuthentikToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		t.Fatalf("DELETE %s: %d", path, res.StatusCode)
	}
}

func TestTheFixOfACauseSaysWhatItDoes(t *testing.T) {
	for cause, label := range map[report.CauseID]string{report.CausePublicClient: "Make the client confidential",
		report.CauseProviderMissing: "Add the provider again", report.CauseOAuth2Off: "Turn on OAuth2",
		report.CauseInvalidClient: "Write the client secret again"} {
		check := report.Check{ID: report.CheckAuthentikClient, System: report.Authentik}
		check.Fails(cause, say.Of("It."), say.Of("Do."))
		p := proof.NewVerify(view.Head{}, proof.VerifyInput{Begun: true, Ended: true, Checks: report.Checks{check}}, "")
		if fix := p.Groups[0].Checks[0].Fix; fix == nil || fix.Label.String() != label {
			t.Errorf("%s: %+v", cause, fix)
		}
	}
}
