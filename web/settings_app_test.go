package web

import (
	"net/url"
	"strings"
	"testing"

	"authpocket/web/view/setup"
)

// The app that PocketBase's settings name is proposed and filled in, without a script.
func TestAKnownAppIsProposed(t *testing.T) {
	box := newSandbox(t)
	settings := box.PocketBase().App().Settings()
	settings.Meta.AppName = "Our Beszel"
	if err := box.PocketBase().App().Save(settings); err != nil {
		t.Fatal(err)
	}
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200).says("This PocketBase belongs to Beszel", "Its app name is “Our Beszel”.",
		"USER_CREATION=true", "New users get “user” in the field role")
	sent := p.form("/settings")
	for name, want := range map[string]string{"preset": "beszel", "application.name": "Beszel",
		"application.slug": "beszel", "application.launch_url": box.PocketBaseURL + "/",
		"pocketbase.create_rule": ""} {
		if got := sent.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	b.send(p, "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	b.get("/review").says("Beszel", box.PocketBaseURL+"/api/oauth2-redirect "+box.PocketBaseURL+" "+
		box.PocketBaseURL+"/ Signing key")
	if again := b.get("/settings").form("/settings"); again.Get("preset") != "beszel" {
		t.Errorf("the answer was forgotten: %v", again)
	}

	none := url.Values{"email": {"trust-all"}, "preset": {setup.NoPreset}, "application.group": {"Apps"}}
	b.send(b.get("/settings"), "/settings", none).want(303, "/settings?again=app")
	p = b.get("/settings?again=app").want(200)
	if sent = p.form("/settings"); sent.Get("application.slug") != "pocketbase" ||
		sent.Get("application.group") != "Apps" || sent.Get("preset") != setup.NoPreset ||
		strings.Contains(p.visible(), "belongs to Beszel") {
		t.Errorf("without a preset the page has %v", sent)
	}
	b.send(p, "/settings", nil).want(303, "/review")
	if got := b.get("/review").visible(); strings.Contains(got, "Beszel,") || strings.Contains(got, "icon.svg") {
		t.Errorf("the preset was not taken back: %s", got)
	}
}

// An app at another address than PocketBase's needs that address.
func TestTheAddressOfAnAppIsAskedFor(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200)
	if p.form("/settings").Get("preset") != "" {
		t.Error("an app is proposed")
	}
	b.send(p, "/settings", url.Values{"email": {"trust-all"}, "preset": {"wanderer"}}).want(303, "/settings?again=app")
	p = b.send(b.get("/settings?again=app"), "/settings", nil).refused(b)
	if got := p.summary(); len(got) != 1 || !strings.Contains(got[0], "the address at which people open the app") {
		t.Errorf("the summary is %q", got)
	}
	b.send(p, "/settings", url.Values{"application.launch_url": {"https://trails.company/"}}).want(303, "/review")
	b.get("/review").says("https://trails.company/login/redirect")
	b.send(b.get("/settings"), "/settings", url.Values{"preset": {"bezsel"}}).want(303, "/settings?again=app")
	b.send(b.get("/settings?again=app"), "/settings", nil).refused(b).says("Use beszel, ")
}

// wanderer writes its address to PocketBase's settings.
func TestTheAddressOfAnAppIsTakenFromPocketBase(t *testing.T) {
	box := newSandbox(t)
	settings := box.PocketBase().App().Settings()
	settings.Meta.AppName, settings.Meta.AppURL = "wanderer", "https://trails.company"
	if err := box.PocketBase().App().Save(settings); err != nil {
		t.Fatal(err)
	}
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200).says("This PocketBase belongs to wanderer")
	b.send(p, "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	b.get("/review").says("https://trails.company/login/redirect", "https://trails.company/apple-touch-icon.png")
}
