package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/sandbox"
)

// linked is a browser whose link has been made with that e-mail decision.
func linked(t *testing.T, box *sandbox.Sandbox, email string) (*wizard, *browser) {
	t.Helper()
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	b.send(b.get("/settings"), "/settings", url.Values{"email": {email}}).want(303, "/review")
	b.wait(b.send(b.get("/review"), "/apply", nil).want(303).header.Get("Location")+"/events", "")
	return w, b
}

// atAuthentik is the browser of somebody at authentik, who follows every redirect
// up to the one that leads to stop.
func atAuthentik(t *testing.T, box *sandbox.Sandbox, address, stop string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var arrived *url.URL
	client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), stop) {
			arrived = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	login, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	login.Body.Close()
	back, err := client.PostForm(login.Request.URL.String(), url.Values{"username": {box.Person.Username},
		"password": {box.Person.Password}})
	if err != nil {
		t.Fatal(err)
	}
	back.Body.Close()
	if arrived == nil {
		t.Fatalf("authentik led to %s (%d)", back.Request.URL, back.StatusCode)
	}
	return arrived
}

// stream is PocketBase's event stream as the page's script holds it.
type stream struct {
	t        *testing.T
	realtime string
	lines    *bufio.Scanner
	client   string
}

func openStream(t *testing.T, realtime string) *stream {
	t.Helper()
	res, err := http.Get(realtime)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	s := &stream{t: t, realtime: realtime, lines: bufio.NewScanner(res.Body)}
	s.client = s.next("PB_CONNECT")["clientId"]
	answer, err := http.Post(realtime, "application/json", strings.NewReader(`{"clientId":"`+s.client+
		`","subscriptions":["@oauth2"]}`))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return s
}

func (s *stream) next(name string) map[string]string {
	s.t.Helper()
	event := ""
	for s.lines.Scan() {
		line := s.lines.Text()
		if found, ok := strings.CutPrefix(line, "event:"); ok {
			event = strings.TrimSpace(found)
		}
		if data, ok := strings.CutPrefix(line, "data:"); ok && event == name {
			var values map[string]string
			if err := json.Unmarshal([]byte(data), &values); err != nil {
				s.t.Fatal(err)
			}
			return values
		}
	}
	s.t.Fatalf("the stream ended before %s", name)
	return nil
}

// through does what the script of the page at base does, and what a person
// does in the window.
func (b *browser) through(box *sandbox.Sandbox, base string) {
	b.t.Helper()
	p := b.get(base).want(200)
	realtime := p.data("data-realtime")
	for header, want := range map[string]string{"Content-Security-Policy": "connect-src 'self' " + box.PocketBaseURL +
		";", "Cross-Origin-Opener-Policy": "same-origin-allow-popups"} {
		if !strings.Contains(p.header.Get(header), want) {
			b.t.Errorf("%s is %q", header, p.header.Get(header))
		}
	}
	s := openStream(b.t, realtime)
	var opened map[string]string
	if err := json.Unmarshal([]byte(b.post(base+"/stage", url.Values{"client": {s.client}}).want(200).text),
		&opened); err != nil {
		b.t.Fatal(err)
	}
	back := atAuthentik(b.t, box, opened["url"], box.PocketBaseURL)
	res, err := http.Get(back.String())
	if err != nil {
		b.t.Fatal(err)
	}
	res.Body.Close()
	event := s.next("@oauth2")
	b.post(base+"/return", url.Values{"state": {"another"}, "code": {event["code"]}}).want(409)
	b.post(base+"/return", url.Values{"state": {event["state"]}, "code": {event["code"]},
		"error": {event["error"]}}).want(303, base)
	b.post(base+"/return", url.Values{"state": {event["state"]}, "code": {event["code"]}}).want(409)
	b.wait(base+"/events", "")
}

// data is the value of the first attribute of that name.
func (p *page) data(name string) string {
	p.t.Helper()
	for n := range p.doc.Descendants() {
		if has(n, name) {
			return attr(n, name)
		}
	}
	p.t.Fatalf("the page has no %s:\n%s", name, p.visible())
	return ""
}

func TestATestSignInWorksAndItsAccountIsDeleted(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	b.post("/signin", url.Values{"person": {"nobody"}}).refused(b).says("authentik has no user “nobody”")
	for _, became := range []string{"A new account was created", "A new account was created",
		"Signed in to the linked account"} {
		test := b.post("/signin", url.Values{"person": {box.Person.Username}}).want(303).header.Get("Location")
		b.get(test).want(200).says("Expected result for "+box.Person.Username,
			"This test needs JavaScript", "The sign-in at authentik has not started yet.")
		b.through(box, test)
		p := b.get(test).want(200).says("Sign-in works", became, "As predicted", box.Person.Email, "Verified yes",
			"email_verified", "Signed in at authentik")
		if became == "Signed in to the linked account" {
			if strings.Contains(p.text, "Delete the account") {
				t.Error("an account that was there before is offered to be deleted")
			}
			break
		}
		if b.get("/signin").says("Sign-in worked"); strings.Contains(p.text, "code=") {
			t.Error("the page holds a code")
		}
		if len(b.get("/signin").all("li")) == 2 {
			continue // the second account stays for the third sign-in
		}
		b.send(p, test+"/delete", url.Values{"confirm": {"yes"}}).refused(b).says("Nothing was deleted")
		b.send(p, test+"/delete", url.Values{"confirm": {strings.ToUpper(box.Person.Email)}}).want(303, test)
		b.get(test).says("The account and its link to authentik were deleted")
	}
}

func TestAFailedTestLeadsToAPlanThatMendsIt(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "leave")
	test := b.post("/signin", nil).want(303).header.Get("Location")
	b.through(box, test)
	p := b.get(test).want(200).says("Sign-in failed",
		"authentik says that the e-mail address is not verified", "Logs from both systems", "Trust every address")
	if !strings.Contains(p.text, `href="/fix/email-unverified"`) {
		t.Fatal("there is no way to the fix")
	}
	review := b.get("/fix/email-unverified").want(200).says("Review 2 changes", "trust every e-mail address")
	job := b.send(review, "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	b.get(job).says("All changes were applied", "Continue the test")
	again := b.post("/signin", nil).want(303).header.Get("Location")
	b.through(box, again)
	b.get(again).says("Sign-in works")
	b.get("/review").says("No changes needed")
	b.get("/fix/mfa").want(404)
	b.get("/fix/unknown").want(404)
	b.send(b.get("/fix/invalid-client").want(200).says("Review 1 change"), "/apply", nil).want(303)
}

func TestNobodyComesBack(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	test := b.post("/signin", nil).want(303).header.Get("Location")
	b.post(test+"/stage", url.Values{"client": {"x y"}}).want(422)
	b.post(test+"/stage", url.Values{"client": {strings.Repeat("c", 40)}}).want(200)
	b.post(test+"/stage", url.Values{"client": {strings.Repeat("d", 40)}}).want(409)
	b.post(test+"/return", url.Values{"missing": {"closed"}}).want(303, test)
	b.wait(test+"/events", "")
	b.get(test).says("The sign-in was not finished", "with pop-ups allowed")
}

func TestTheOtherWayNeedsItsAddressAndGivesItBack(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	own := w.http.URL + callbackPath
	b.post("/signin", url.Values{"way": {"callback"}}).want(303, "/signin?way=callback")
	b.get("/signin?way=callback").says("Add the redirect URI", own)
	review := b.get("/signin/address").want(200).says("Review 1 change", own)
	job := b.send(review, "/apply", nil).want(303).header.Get("Location")
	b.wait(job+"/events", "")
	b.get(job).says("Continue the test")
	b.get("/signin").says("still in authentik")

	test := b.post("/signin", url.Values{"way": {"callback"}}).want(303).header.Get("Location")
	var address string
	for _, a := range b.get(test).want(200).all("a") {
		if text(a) == "Open authentik" {
			address = attr(a, "href")
		}
	}
	stranger := w.browser() // browsers send no cookie along on the way back
	back := atAuthentik(t, box, address, own)
	stranger.get(callbackPath + "?state=another&code=x").want(404)
	stranger.get(back.RequestURI()).want(200).says("Back from authentik")
	b.wait(test+"/events", "")
	b.get(test).says("Sign-in works", "The code came back to authpocket", "Remove it")

	review = b.get("/signin/address/remove").want(200).says("Review 1 change")
	b.wait(b.send(review, "/apply", nil).want(303).header.Get("Location")+"/events", "")
	if p := b.get("/signin"); strings.Contains(p.visible(), "still in authentik") {
		t.Error("the address is still there")
	}
	b.get("/review").says("No changes needed")
}

func TestSomebodyElseTriesOnce(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	p := b.invite(url.Values{"person": {box.Person.Username}}).says("once", "This link only works on this machine")
	invitation, err := url.Parse(text(p.all("pre")[0]))
	if err != nil {
		t.Fatal(err)
	}
	b.get("/signin").says("Waiting for the link to be opened")
	try := invitation.Path
	first, second := w.browser(), w.browser()
	first.get("/try/unknown").want(404).says("This link no longer works")
	guest := second.get(try).want(200).visible()
	if who, button := strings.Index(guest, "The administrator of"), strings.Index(guest, "Start"); who < 0 ||
		button < who {
		t.Error("whoever tries sees a button before they are told what it is for")
	}
	// looking uses nothing up
	second.get(try).want(200).says("Start", "Test signing in to PocketBase", box.PocketBaseURL[len("http://"):])
	first.post(try, nil).want(303, try)
	second.get(try).want(404)
	second.post(try, nil).want(404)
	second.get(try + "/events").want(404)
	first.through(box, try)
	theirs := first.get(try).want(200).says("The test worked")
	for _, word := range []string{box.Person.Email, "prediction", "Claims from authentik"} {
		if strings.Contains(theirs.text, word) {
			t.Errorf("whoever tries is shown %q", word)
		}
	}
	first.get("/signin").want(303)
	for _, a := range b.get("/signin").all("a") {
		if strings.HasPrefix(text(a), "Sign-in worked") {
			b.get(attr(a, "href")).says("Sign-in works", "As predicted", box.Person.Email)
			return
		}
	}
	t.Error("the admin's page does not list the test")
}

func TestAnInvitationIsOneAtATimeAndCanBeWithdrawn(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	first := text(b.invite(nil).all("pre")[0])
	shown := b.post("/signin/invite", nil).want(303).header.Get("Location")
	if again := text(b.get(shown).want(200).all("pre")[0]); again != first {
		t.Errorf("pressed twice, there are the links %s and %s", first, again)
	}
	second, open := b.invite(url.Values{"more": {"yes"}}), strings.TrimSuffix(shown, "/invite")
	b.get(shown).want(303, open)
	if other := text(second.all("pre")[0]); other == first {
		t.Error("one more is the same")
	}
	b.get("/signin").says("Invite one more user", "Withdraw the invitation")
	path := strings.TrimPrefix(first, b.base)
	guest := w.browser()
	guest.get(path).want(200)
	b.post(open+"/withdraw", nil).want(303, "/signin")
	guest.get(path).want(404)
	guest.post(path, nil).want(404)
	b.get("/signin").says("The invitation was withdrawn", "Waiting for the link to be opened")
	if n := len(w.server.signIns.All(w.only(t))); n != 2 {
		t.Errorf("there are %d tests, want both", n)
	}
}

// TestTheLinkOfAnInvitationIsShownUntilItIsLeft: reloading and another language keep it, another page, its use and
// withdrawing it do not, and no other session ever sees it.
func TestTheLinkOfAnInvitationIsShownUntilItIsLeft(t *testing.T) {
	t.Parallel()
	w, b := linked(t, newSandbox(t), "trust-all")
	other := w.browser().connected()
	for name, leave := range map[string]func(test, link string){
		"another page": func(_, _ string) { b.get("/signin").want(200) },
		"withdrawn":    func(test, _ string) { b.post(test+"/withdraw", nil).want(303, "/signin") },
		"used":         func(_, link string) { other.post(link, nil).want(303) },
	} {
		shown := b.post("/signin/invite", url.Values{"more": {"yes"}}).want(303).header.Get("Location")
		link := text(b.get(shown).want(200).all("pre")[0])
		b.get(shown+"?lang=de").want(303, shown)
		if again := text(b.get(shown).want(200).all("pre")[0]); again != link {
			t.Errorf("%s: in another language the link is %q, not %q", name, again, link)
		}
		b.get("/signin?lang=en").want(303, "/signin")
		other.get(shown).want(404)
		test := strings.TrimSuffix(shown, "/invite")
		leave(test, strings.TrimPrefix(link, b.base))
		if p := b.get(shown).want(303, test); strings.Contains(p.text, link) {
			t.Errorf("%s: the link is still shown", name)
		}
	}
}

// account puts an account into the collection users.
func account(t *testing.T, box *sandbox.Sandbox, email string, verified bool) {
	t.Helper()
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	r := core.NewRecord(users)
	r.SetEmail(email)
	r.SetVerified(verified)
	r.SetRandomPassword()
	if err := app.Save(r); err != nil {
		t.Fatal(err)
	}
}

// TestWhatATestDoesToAnAccountIsSaidBefore: once, where the button is.
func TestWhatATestDoesToAnAccountIsSaidBefore(t *testing.T) {
	t.Parallel()
	for _, verified := range []bool{false, true} {
		box := newSandbox(t)
		_, b := linked(t, box, "trust-all")
		account(t, box, box.Person.Email, verified)
		b.get("/signin").says("If an unverified account already has this e-mail address")
		test := b.post("/signin", url.Values{"person": {box.Person.Username}}).want(303).header.Get("Location")
		p := b.get(test).want(200).says("Is linked to the account")
		for _, words := range []string{"This test permanently changes an account", "resets its password"} {
			if n := strings.Count(p.visible(), words); (n == 1) == verified || n > 1 {
				t.Errorf("verified %v: %q is said %d times", verified, words, n)
			}
		}
	}
}

// TestOwnAddressIsOfferedUntilItIsGone: on every page of the end, and when
// authpocket is opened at another address.
func TestOwnAddressIsOfferedUntilItIsGone(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w, b := linked(t, box, "trust-all")
	b.wait(b.send(b.get("/signin/address").want(200), "/apply", nil).want(303).header.Get("Location")+"/events", "")
	const still = "authpocket's own redirect URI is still in authentik"
	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	for _, path := range []string{"/verify", "/done", "/signin"} {
		b.get(path).want(200).says(still, w.http.URL+callbackPath)
	}

	// another address of authpocket's, on another day
	elsewhere := wizardFor(t, box, prefilled(box)).browser().connected()
	elsewhere.send(elsewhere.get("/settings"), "/settings", url.Values{"email": {"trust-all"}}).want(303, "/review")
	elsewhere.get("/review").says("No changes needed")
	elsewhere.get("/signin").want(200).says(still, w.http.URL+callbackPath)
	review := elsewhere.get("/signin/address/remove").want(200).says("Review 1 change", w.http.URL+callbackPath)
	elsewhere.apply(review).says("All changes were applied", "Run checks")
	if p := elsewhere.get("/signin"); strings.Contains(p.visible(), still) {
		t.Error("the address is still offered")
	}
}

// TestARedirectURIOfTheAdminsIsNotOurs: an app may have the same path.
func TestARedirectURIOfTheAdminsIsNotOurs(t *testing.T) {
	asked := link.RedirectURI{URL: "https://app.example" + callbackPath, Mode: "strict"}
	d := link.Desired{Provider: link.ProviderState{RedirectURIs: []link.RedirectURI{
		asked, {URL: "https://wizard.example" + callbackPath, Mode: "strict", Type: "authorization"},
		{URL: "https://wizard.example" + callbackPath, Mode: "strict", Type: "logout"},
		{URL: "https://app.example/api/oauth2-redirect", Mode: "strict"},
	}}}
	spec := link.Spec{Provider: link.Provider{RedirectURIs: []link.RedirectURI{asked}}}
	if got := ownAddresses(&d, &spec); len(got) != 1 || got[0] != "https://wizard.example"+callbackPath {
		t.Errorf("%q", got)
	}
}

// TestAFixHasJustTheOneChange: other changes made by hand stay, and so does an
// address that was chosen for PocketBase alone.
func TestAFixHasJustTheOneChange(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser().connected()
	inner := strings.Replace(box.AuthentikURL, "127.0.0.1", "localhost", 1)
	b.send(b.get("/settings"), "/settings", url.Values{"email": {"trust-all"}, "pocketbase.display_name": {"Company"},
		"pocketbase.token_url": {inner + "/application/o/token/"}, "pocketbase.user_info_url": {inner +
			"/application/o/wrong/"}}).want(303, "/review")
	b.apply(b.get("/review"))
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.OAuth2.Providers[0].DisplayName, users.CreateRule = "Changed by hand", nil
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	b.get("/review").says("Review 1 change", "displayName")

	review := b.get("/fix/user-info-url").want(200).says("Review 1 change", "fix one problem", inner+
		"/application/o/", "userinfo")
	if strings.Contains(review.visible(), "Company") {
		t.Errorf("more is changed:\n%s", review.visible())
	}
	b.apply(review).says("All changes were applied")
	b.apply(b.get("/fix/create-rule").want(200).says("Review 1 change", "createRule")).says("All changes were applied")
	if users, err = app.FindCollectionByNameOrId("users"); err != nil {
		t.Fatal(err)
	}
	own := users.OAuth2.Providers[0]
	if own.UserInfoURL != inner+"/application/o/userinfo/" || own.TokenURL != inner+"/application/o/token/" ||
		own.DisplayName != "Changed by hand" || users.CreateRule == nil || own.ClientSecret == "" {
		t.Errorf("%+v, create rule %v", own, users.CreateRule)
	}
	b.get("/fix/grant-types").want(303, "/review") // nothing of that differs
	b.get("/fix/no-access").want(303, "/settings?from=review")
}

// TestOldResultsAreDroppedByAChange: what was measured before says nothing of
// what is there now.
func TestOldResultsAreDroppedByAChange(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	b.get("/verify").says("stands in the way", "Checked at", "checks passed")
	b.apply(b.get("/fix/invalid-client").want(200)).says("Continue the test", "Check again")
	if p := b.get("/verify").want(200).says("Run checks"); strings.Contains(p.visible(), "stands in the way") {
		t.Error("the results of before are shown")
	}
	b.get("/done").want(303, "/verify")

	test := b.post("/signin", nil).want(303).header.Get("Location")
	b.through(box, test)
	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	first := ""
	for _, a := range b.get("/verify").says("Works: ada@example.com signed in at").all("a") {
		if first == "" && attr(a, "class") == "button" {
			first = text(a)
		}
	}
	if first != "Finish" {
		t.Errorf("the first button is %q", first)
	}
}

// TestAFixWaitsForWhatWasInterrupted: a plan for one thing would end the
// receipt of an apply that it does not go on with.
func TestAFixWaitsForWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	w := keeping(t, box, prefilled(box))
	b := w.browser().answered()
	b.apply(b.get("/review"))
	b.get("/fix/invalid-client").want(200)
	w.interrupt()
	b.get("/fix/invalid-client").want(303, "/review")
}

// TestAPairWithoutALinkIsToldSo: somebody took it apart on both sides.
func TestAPairWithoutALinkIsToldSo(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	_, b := linked(t, box, "trust-all")
	api := func(path string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, box.AuthentikURL+"/api/v3"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+box.AuthentikToken)
		res, err := http.DefaultClient.Do(r)
		if err != nil || res.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %v %v", path, res, err)
		}
		res.Body.Close()
	}
	snap := box.Authentik().Snapshot()
	api("/core/applications/" + snap.Applications[0].Slug + "/")
	api("/providers/oauth2/" + strconv.Itoa(snap.Providers[0].PK) + "/")
	app := box.PocketBase().App()
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		t.Fatal(err)
	}
	users.OAuth2.Providers, users.OAuth2.Enabled = nil, false
	if err := app.Save(users); err != nil {
		t.Fatal(err)
	}
	b.post("/verify", nil).want(303, "/verify")
	b.wait("/verify/events", "")
	p := b.get("/verify").want(200).says("There is no link yet", "Settings")
	if strings.Contains(p.text, "<h2>Failed</h2>") || strings.Contains(p.visible(), "Finish") {
		t.Errorf("there is more:\n%s", p.visible())
	}
}
