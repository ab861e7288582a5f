package web

import (
	"strings"
	"testing"

	"authpocket/sandbox"
)

// linkState is the word in the header for the state of the link.
func (p *page) linkState() string {
	for n := range p.doc.Descendants() {
		if attr(n, "class") == "wire-word" {
			return strings.TrimSpace(text(n))
		}
	}
	return ""
}

// The admin removes the link in a dashboard while the wizard says that it exists.
func TestTheHeaderSaysWhatWasReadLast(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		remove func(*testing.T, *sandbox.Sandbox)
		see    func(*browser)
	}{
		"the settings see that authentik's part is gone": {removeApplication, func(b *browser) { b.get("/settings") }},
		"the settings see that PocketBase's is gone":     {removeSlot, func(b *browser) { b.get("/settings") }},
		"the review":          {removeSlot, func(b *browser) { b.get("/review") }},
		"the review of a fix": {removeSlot, func(b *browser) { b.get("/fix/oauth2-off") }},
		"the removal":         {removeBoth, func(b *browser) { b.get("/remove") }},
		"the rotation":        {removeSlot, func(b *browser) { b.get("/rotate").want(409) }},
		"the people":          {removeSlot, func(b *browser) { b.get("/people").want(409) }},
		"the proof":           {removeSlot, func(b *browser) { b.get("/prove").want(409) }},
		"the checks": {removeBoth, func(b *browser) {
			b.post("/verify", nil).want(303)
			sent := b.wait("/verify/events", "") // the first two events say which system has answered
			if _, results, some := strings.Cut(sent, "id: 3\n"); !some || strings.Contains(results, "linked") {
				b.t.Errorf("events of the checks say that there is a link: %s", sent)
			}
			b.get("/verify").says("no working application")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := newSandbox(t)
			_, b := linked(t, box, "trust-all")
			if got := b.get("/receipts").linkState(); got != "linked" {
				t.Fatalf("the header says %q of a link that was just made", got)
			}
			one.remove(t, box)
			one.see(b)
			for _, path := range []string{"/signin", "/settings"} {
				if got := b.get(path).linkState(); got != "connected" {
					t.Errorf("%s: the header says %q of a link that is gone", path, got)
				}
			}
			b.get("/done").want(303)
		})
	}
}

func removeBoth(t *testing.T, box *sandbox.Sandbox) {
	removeApplication(t, box)
	removeSlot(t, box)
}

func removeApplication(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	for _, app := range box.Authentik().Snapshot().Applications {
		deleteAt(t, box, "/api/v3/core/applications/"+app.Slug+"/")
	}
}

func removeSlot(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err == nil {
		users.OAuth2.Providers, users.OAuth2.Enabled = nil, false
		err = app.Save(users)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What leads to a page that only says that there is no link is not offered.
func TestOnlyWhatAPartOfALinkCanDoIsOffered(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	b.get("/review").want(200).offers(t, true, "/rotate", "/people", "/remove")
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	b.get("/done").want(200).offers(t, true, "/rotate", "/people", "/remove")
	removeSlot(t, box)
	for _, path := range []string{"/fix/oauth2-off", "/review", "/signin/address"} {
		p := b.get(path).want(200)
		p.offers(t, false, "/rotate", "/people")
		p.offers(t, true, "/remove")
	}
	b.get("/remove").want(200).says("Review removal")
}

func (p *page) offers(t *testing.T, want bool, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		if got := p.leadsSomewhere(address); got != want {
			t.Errorf("the page %q offers %s: %t, want %t", p.title(), address, got, want)
		}
	}
}
