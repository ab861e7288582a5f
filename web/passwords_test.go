package web

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/sandbox"
	"authpocket/web/form"
)

// passwords reports whether people can sign in to the sandbox's collection with a password.
func passwords(t *testing.T, box *sandbox.Sandbox) bool {
	t.Helper()
	c, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	return c.PasswordAuth.Enabled
}

func TestPasswordsAreTurnedOffOnlyAfterASignIn(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()

	b.get("/passwords").want(409).says("Test a sign-in first", "Nothing was written", "Prove it now")
	if p := b.get("/done"); strings.Contains(p.text, "/passwords") {
		t.Error("it is offered before a sign-in has worked")
	}
	test := b.post("/signin", url.Values{}).want(303).header.Get("Location")
	b.through(box, test)
	if p := b.get("/done").want(200).says("One way in", "Turn off passwords"); !strings.Contains(p.text,
		`"/passwords"`) {
		t.Error("it is not offered after a sign-in has worked")
	}
	review := b.get("/passwords").want(200).says("Review one way in", box.Person.Email+" signed in with authentik on",
		"Turn off passwords", "Superusers", "sign-in methods of the collection “users”")
	if !passwords(t, box) {
		t.Fatal("a review turns passwords off")
	}
	b.apply(review).says("Passwords are turned off", "Superusers keep their password")
	if passwords(t, box) {
		t.Fatal("passwords are still on")
	}
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	done := b.get("/done").want(200).says("signed in at")
	if strings.Contains(done.text, `"/passwords"`) {
		t.Error("it is offered although passwords are off")
	}
	if file := b.get("/export/link.yaml").want(200).text; !strings.Contains(file, "password_auth: false") {
		t.Errorf("the link file is\n%s", file)
	}

	// the link is the only way in now, and does not go by mistake
	b.get("/remove").want(409).says("authentik is the only way in", "Turn passwords on", "Remove it anyway")
	b.get("/remove?force=yes").want(200).says("Review removal", "People can sign in to users only with authentik")
	b.apply(b.get("/receipts/" + b.newest() + "/undo").want(200))
	if !passwords(t, box) {
		t.Error("undo does not turn passwords on again")
	}
}

// The settings ask for it, the link is applied first, and the rest waits for a sign-in.
func TestPasswordsOffInTheSettingsWaitForASignIn(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	form := b.get("/settings").want(200).form("/settings")
	form.Del("pocketbase.password_auth")
	b.post("/settings", form).want(303, "/review")
	b.get("/review").want(200).says("No changes needed", "Passwords stay on for now")
	test := b.post("/signin", url.Values{}).want(303).header.Get("Location")
	b.through(box, test)
	b.apply(b.get("/review").want(200).says("Review one way in"))
	if passwords(t, box) {
		t.Error("passwords are still on")
	}
	b.get("/settings").want(200)
	b.get("/review").want(200).says("No changes needed")
}

// keepsNoLog has the sandbox's PocketBase accept authentik as the only way in, and keep no log, so that a client secret
// cannot be proved.
func keepsNoLog(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	app := box.PocketBase().App()
	c, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	c.PasswordAuth.Enabled = false
	app.Settings().Logs.MaxDays = 0
	if err := errors.Join(app.Save(c), app.Save(app.Settings())); err != nil {
		t.Fatal(err)
	}
}

// On the only way in, a client secret that is not proved is taken back, after a rotation and after an apply.
func TestASecretThatIsNotProvedIsTakenBack(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	keepsNoLog(t, box)
	provider := func() string {
		p := box.Authentik().Snapshot().Providers[0]
		c, err := box.PocketBase().App().FindCollectionByNameOrId("users")
		if err != nil {
			t.Fatal(err)
		}
		if o := c.OAuth2.Providers[0]; o.ClientId != p.ClientID || o.ClientSecret != p.ClientSecret {
			t.Errorf("PocketBase has the client ID %s, authentik has %s, or their secrets differ", o.ClientId,
				p.ClientID)
		}
		return p.ClientID + " " + p.ClientSecret
	}
	before := provider()
	b.apply(b.get("/rotate").want(200)).says("It is not proved that authentik accepts the new client secret",
		"The old secret was restored in both systems")
	if now := provider(); now != before {
		t.Error("after the rotation, the client secret is a new one")
	}
	form := b.get("/settings").want(200).form("/settings")
	form.Set("provider.client_id", "another-client")
	form.Del("pocketbase.password_auth")
	b.post("/settings", form).want(303, "/review")
	b.apply(b.get("/review").want(200).says("Unless authentik accepts them, the old ones are restored")).
		says("It is not proved", "The old client ID and secret were restored")
	if now := provider(); now != before {
		t.Error("after the apply, the client ID or secret is another one")
	}
	b.get("/review").want(200).says("another-client")
}

// On the only way in, the slot that the link leaves is removed after a sign-in through the new one.
func TestTheOldSlotIsRemovedOnlyAfterASignIn(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().linked()
	c, err := box.PocketBase().App().FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	c.PasswordAuth.Enabled = false
	if err := box.PocketBase().App().Save(c); err != nil {
		t.Fatal(err)
	}
	slots := func() (names []string) {
		if c, err = box.PocketBase().App().FindCollectionByNameOrId("users"); err != nil {
			t.Fatal(err)
		}
		for _, p := range c.OAuth2.Providers {
			names = append(names, p.Name)
		}
		return names
	}
	form := b.get("/settings").want(200).form("/settings")
	form.Set("pocketbase.slot", "oidc2")
	form.Del("pocketbase.password_auth")
	b.post("/settings", form).want(303, "/review")
	b.apply(b.get("/review").want(200).says("The slot oidc stays for now", "Apply 1 change"))
	if got := slots(); !slices.Equal(got, []string{"oidc", "oidc2"}) {
		t.Fatalf("the slots are %v", got)
	}
	b.get("/review").want(200).says("No changes needed", "The slot oidc stays for now")
	test := b.post("/signin", url.Values{}).want(303).header.Get("Location")
	b.through(box, test)
	b.post("/verify", nil).want(303)
	b.wait("/verify/events", "")
	b.get("/done").want(200).says("The old slot", "Remove oidc")
	b.apply(b.get("/review").want(200).says("Review removal of oidc", box.Person.Email+" signed in with authentik "+
		"through oidc2 on")).says("The old slot is removed")
	if got := slots(); !slices.Equal(got, []string{"oidc2"}) {
		t.Fatalf("the slots are %v", got)
	}
	b.apply(b.get("/receipts/" + b.newest() + "/undo").want(200))
	if got := slots(); !slices.Equal(got, []string{"oidc2", "oidc"}) {
		t.Errorf("after the undo, the slots are %v", got)
	}
}

// A form that does not ask for the ways to sign in leaves them as they are.
func TestAFormThatDoesNotAskTurnsNothingOff(t *testing.T) {
	asked := form.Settings{Values: url.Values{"email": {"trust-all"}, "asked": {"pocketbase.password_auth"}}}
	if s, _ := asked.Spec(&link.Spec{}); s.PocketBase.PasswordAuth == nil || *s.PocketBase.PasswordAuth ||
		s.PocketBase.OTP != nil {
		t.Errorf("asked for passwords, it wants %+v", s.PocketBase)
	}
	if s, _ := (form.Settings{Values: url.Values{"email": {"trust-all"}}}).Spec(&link.Spec{}); s.PocketBase.
		PasswordAuth != nil || s.PocketBase.OTP != nil {
		t.Errorf("asked for neither, it wants %+v", s.PocketBase)
	}
}

// What the wizard says of the only way in calls settings by their labels, not by their keys in a link file.
func TestTheOnlyWayInIsSaidInTheWordsOfThePage(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err == nil {
		users.PasswordAuth.Enabled = false
		err = app.Save(users)
	}
	if err != nil {
		t.Fatal(err)
	}
	off := url.Values{"pocketbase.password_auth": nil}
	b.send(b.get("/settings"), "/settings", off).want(303, "/review")
	p := b.get("/remove").want(409).says("Undo first what turned passwords off",
		"Or choose “People can sign in with a password” to leave another way in",
		"Or choose “Remove it anyway” to close the collection")
	if strings.Contains(p.visible(), "password_auth") || strings.Contains(p.visible(), "No link exists") {
		t.Errorf("the page is\n%s", p.visible())
	}
}
