package web

import (
	"bytes"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"authpocket/internal/secret"
)

// A mistake in the address costs nobody the token, which is sent with the next
// address and shown nowhere.
func TestAMistakeInTheAddressKeepsTheToken(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, Config{})
	b := w.browser()
	for _, one := range []struct{ system, token, url, next string }{
		{"authentik", box.AuthentikToken, box.AuthentikURL, "/pocketbase"},
		{"pocketbase", box.PocketBaseToken, box.PocketBaseURL, "/settings"},
	} {
		path, field := "/"+one.system, one.system+".token"
		p := b.send(b.get(path), path, url.Values{one.system + ".url": {"no address"}, field: {one.token}}).refused(b)
		p.says("A token is entered. Leave empty to use it")
		if strings.Contains(p.text, one.token) || attr(p.control(one.system+".url"), "value") != "no address" {
			t.Errorf("%s: the page shows the token, or another address", path)
		}
		if again := b.get(path); len(again.summary()) != 1 {
			t.Errorf("%s: loading the page again says %q", path, again.summary())
		}
		held := w.only(t).Held(field)
		b.send(p, path, url.Values{one.system + ".url": {one.url}}).want(303, one.next)
		if !held.IsSet() || w.only(t).Held(field).IsSet() {
			t.Errorf("%s: the token was wiped, or is held twice", path)
		}
		if now := b.get(path); len(now.summary()) != 0 {
			t.Errorf("%s: an accepted answer still says %q", path, now.summary())
		}
	}
}

func TestARefusedTokenIsNotSaidToBeSet(t *testing.T) {
	box := sharedSandbox(t)
	cfg := prefilled(box)
	cfg.Prefill.AuthentikToken = secret.New("a-token-that-was-deleted")
	w := wizardFor(t, box, cfg)
	b := w.browser()
	b.get("/authentik").says("A token is set")
	for _, typed := range []string{"", "another-wrong-token"} {
		p := b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.token": {typed}}).refused(b)
		if text := p.visible(); strings.Contains(text, "A token is") || !strings.Contains(text, "accept this token") {
			t.Errorf("after %q the page says %s", typed, text)
		}
	}
	if w.only(t).Held("authentik.token").IsSet() {
		t.Error("a token that was refused is kept")
	}
}

func TestATokenOfTheOtherSystemIsMoved(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, Config{})
	b := w.browser()
	p := b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.url": {box.AuthentikURL},
		"authentik.token": {box.PocketBaseToken}}).refused(b).says("This is a token of PocketBase")
	b.send(p, "/authentik", url.Values{"move": {"yes"}}).want(303, "/authentik")
	p = b.get("/authentik").says("The token is kept for PocketBase")
	if len(p.summary()) > 0 || attr(p.control("authentik.url"), "value") != box.AuthentikURL {
		t.Errorf("the page says %q, or has lost the address", p.summary())
	}
	b.send(p, "/authentik", url.Values{"authentik.token": {box.AuthentikToken}}).want(303, "/pocketbase")
	b.send(b.get("/pocketbase").says("A token is entered"), "/pocketbase",
		url.Values{"pocketbase.url": {box.PocketBaseURL}}).want(303, "/settings")

	key := strings.Repeat("a1B2c3", 10)
	p = b.send(b.get("/pocketbase"), "/pocketbase", url.Values{"pocketbase.token": {key}}).refused(b).says(
		"This looks like a token of authentik")
	b.send(p, "/pocketbase", url.Values{"move": {"yes"}}).want(303, "/authentik")
	b.get("/authentik").says("A token is entered")
	held := w.only(t).Held("authentik.token")
	if held.Reveal() != key {
		t.Error("the token was not moved")
	}
	b.post("/forget", nil)
	if held.IsSet() {
		t.Error("a token that was only typed outlives the session")
	}
}

// A slug that is none is no question about what exists already.
func TestABadSlugAsksNothingElse(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.send(b.get("/settings"), "/settings", url.Values{"application.slug": {"no slug"},
		"email": {"leave"}}).refused(b)
	if got := p.summary(); len(got) != 1 || strings.Contains(p.visible(), "Use what already exists?") {
		t.Errorf("the page says %q, and asks what to use", got)
	}
}

// What a person mistypes is no error of the program, and fills no log.
func TestATypingMistakeIsNoErrorInTheLog(t *testing.T) {
	var log bytes.Buffer
	box := sharedSandbox(t)
	b := wizardFor(t, box, Config{Log: slog.New(slog.NewTextHandler(&log, nil))}).browser()
	b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.token": {"t"},
		"authentik.url": {"http://127.0.0.1:9/" + strings.Repeat("a", 1500)}}).refused(b)
	got := log.String()
	if !strings.Contains(got, "connecting to authentik") || strings.Contains(got, "level=ERROR") ||
		strings.Contains(got, strings.Repeat("a", 400)) {
		t.Errorf("the log says %s", got)
	}
}
