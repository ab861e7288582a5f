package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authpocket/internal/connect"
	"authpocket/web/session"
)

func TestThePermissionsCanBeReadBeforeConnecting(t *testing.T) {
	b := wizardFor(t, sharedSandbox(t), Config{}).browser()
	if p := b.get("/authentik").want(200); !strings.Contains(p.text, `href="/permissions"`) {
		t.Error("authentik's page has no link to the permissions")
	}
	p := b.get("/permissions").want(200)
	for _, one := range connect.Permissions() {
		p.says(string(one.Codename)+" :", one.Why.String())
	}
	for _, one := range connect.ProofPermissions() {
		p.says(string(one))
	}
	p.says("authentik_core.add_user", "authentik_core.reset_user_password", "authentik_core.delete_user")
	// a session that is over is told elsewhere, and not as a download
	plain := &http.Cookie{Name: string(session.Cookie), Value: "over"}
	base, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	b.http.Jar.SetCookies(base, []*http.Cookie{plain})
	file := b.get("/permissions/blueprint.yaml").want(200)
	if file.text != connect.Blueprint() {
		t.Error("the file is not the blueprint")
	}
	if got := file.header.Get("Content-Type"); got != "text/yaml; charset=utf-8" {
		t.Errorf("the type is %q", got)
	}
	if got := file.header.Get("Content-Disposition"); got != `attachment; filename="authpocket-blueprint.yaml"` {
		t.Errorf("the file is offered as %q", got)
	}
}

func TestALimitedTokenConnectsAndIsToldWhatItMayNotDo(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	person := box.Authentik().AddPerson("grace", "Grace", "grace@example.com", "password", nil)
	box.Authentik().AddAPIToken(person, "graces", "token-of-grace")
	b := wizardFor(t, box, prefilled(box)).browser()
	b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.token": {"token-of-grace"}}).refused(b).says(
		"This token belongs to grace, who may not see OAuth2 providers")
	box.Authentik().GiveRole(person, "helpers")
	b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.token": {"token-of-grace"}}).want(303,
		"/pocketbase")
	next := b.get("/pocketbase").want(200).says("grace is not a superuser of authentik", "See the required permissions")
	b.send(next, "/pocketbase", nil).want(303, "/settings")
	b.get("/settings").want(200).says("This token lacks", "authentik_flows.view_flow : list the flows to choose from",
		"See how to add the permissions")
}

func TestASuperusersTokenIsToldNothingOfPermissions(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	for _, path := range []string{"/pocketbase", "/settings"} {
		if p := b.get(path).want(200); strings.Contains(p.visible(), "not a superuser") ||
			strings.Contains(p.visible(), "This token lacks") {
			t.Errorf("%s tells a superuser of permissions", path)
		}
	}
}
