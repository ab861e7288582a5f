package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/connect"
	"authpocket/internal/link"
	pbrest "authpocket/internal/pocketbase/rest"
	hostileserver "authpocket/test/hostile"
)

func TestConnectingWithNothingTellsEverythingAtOnce(t *testing.T) {
	box := sharedSandbox(t)
	b := wizardFor(t, box, Config{}).browser()
	p := b.send(b.get("/authentik"), "/authentik", nil).refused(b)
	if got := p.summary(); len(got) != 2 || !strings.HasPrefix(got[0], "The authentik address is missing") ||
		!strings.HasPrefix(got[1], "Enter the API token") {
		t.Errorf("the summary says %q", got)
	}
	if !strings.HasPrefix(p.title(), "Error: ") {
		t.Errorf("the title is %q", p.title())
	}
	for _, name := range []string{"authentik.url", "authentik.token"} {
		c := p.control(name)
		if attr(c, "aria-invalid") != "true" || !strings.Contains(attr(c, "aria-describedby"), attr(c, "id")+"-error") {
			t.Errorf("the control %s is not marked", name)
		}
	}
	b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.url": {box.AuthentikURL},
		"authentik.token": {box.AuthentikToken}}).want(303)
	p = b.send(b.get("/pocketbase"), "/pocketbase", url.Values{"pocketbase.with": {"password"}}).refused(b)
	if got := p.summary(); len(got) != 3 {
		t.Errorf("the summary says %q", got)
	}
	p = b.send(b.get("/pocketbase"), "/pocketbase", url.Values{"pocketbase.with": {"something else"}}).refused(b)
	if got := p.summary(); len(got) != 2 {
		t.Errorf("the summary says %q", got)
	}
}

func TestWhatIsWrongWithAConnectionIsSaidAtItsField(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, Config{})
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>Sign in</title>")
	}))
	t.Cleanup(page.Close)
	for name, one := range map[string]struct{ url, token, field, says string }{
		"no scheme":      {"authentik.company", "t", "authentik.url", "https://"},
		"a space":        {"https://authentik company", "t", "authentik.url", "space"},
		"wrong scheme":   {"ftp://authentik.company", "t", "authentik.url", "ftp"},
		"nobody there":   {"http://127.0.0.1:9", "t", "authentik.url", "nothing listens"},
		"a web page":     {page.URL, "t", "authentik.url", "web page"},
		"a PocketBase":   {box.PocketBaseURL, box.AuthentikToken, "authentik.url", "PocketBase"},
		"a wrong token":  {box.AuthentikURL, "wrong-token-of-mine", "authentik.token", "does not accept this token"},
		"token missing":  {box.AuthentikURL, "", "authentik.token", "Enter the API token"},
		"token in quote": {box.AuthentikURL, "a b", "authentik.token", "space"},
	} {
		t.Run(name, func(t *testing.T) {
			b := w.browser()
			p := b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.url": {one.url},
				"authentik.token": {one.token}}).refused(b)
			got := p.summary()
			if len(got) != 1 || !strings.Contains(got[0], one.says) {
				t.Errorf("the summary says %q, want %q", got, one.says)
			}
			if attr(p.control(one.field), "aria-invalid") != "true" {
				t.Errorf("%s is not marked", one.field)
			}
			if attr(p.control("authentik.url"), "value") != one.url {
				t.Error("the address was not kept")
			}
			if one.token != "" && len(one.token) > 3 && strings.Contains(p.text, one.token) {
				t.Error("the token is on the page")
			}
		})
	}
}

func TestAnAddressOfAnotherIsNamed(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser()
	own := b.base + "/settings"
	refuse := func(system, address, token, says string) {
		t.Helper()
		p := b.send(b.get("/"+system), "/"+system, url.Values{system + ".url": {address}, system +
			".token": {token}}).refused(b)
		if got := p.summary(); len(got) != 1 || !strings.Contains(got[0], says) ||
			attr(p.control(system+".url"), "aria-invalid") != "true" {
			t.Errorf("%s at %s: %q, want %q at the address", system, address, got, says)
		}
	}
	for _, token := range []string{"", box.AuthentikToken} {
		refuse("authentik", own, token, "This is the address of this wizard, not of authentik.")
	}
	b = w.browser() // that has typed no token yet
	refuse("authentik", strings.Replace(b.base, "127.0.0.1", "localhost", 1), "", "this wizard")
	refuse("authentik", box.PocketBaseURL, "", "This is the address of your PocketBase, not of authentik.")
	// asked, for what was given at the start may be wrong
	refuse("authentik", box.PocketBaseURL, box.AuthentikToken, "It looks like PocketBase.")
	b = w.browser()
	b.send(b.get("/authentik"), "/authentik", nil).want(303, "/pocketbase")
	refuse("pocketbase", own, "", "This is the address of this wizard, not of PocketBase.")
	refuse("pocketbase", box.AuthentikURL, "", "This is the address of your authentik, not of PocketBase.")
	back := b.send(b.get("/pocketbase"), "/pocketbase", url.Values{"pocketbase.url": {box.PocketBaseURL}})
	back.want(303, "/settings")
	refuse("authentik", box.PocketBaseURL, box.AuthentikToken, "This is the address of your PocketBase")
}

func TestAHeldTokenIsSentNowhereElse(t *testing.T) {
	box := sharedSandbox(t)
	asked := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	t.Cleanup(other.Close)
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	for path, field := range map[string]string{"/authentik": "authentik", "/pocketbase": "pocketbase"} {
		b.get(path).says("A token is set. Leave empty to keep it")
		p := b.send(b.get(path), path, url.Values{field + ".url": {other.URL}}).refused(b).says(
			"is not sent anywhere else")
		if has(p.control(field+".token"), "value") {
			t.Error("the token's field has a value")
		}
	}
	if len(asked) > 0 {
		t.Errorf("the other server was asked for %s", <-asked)
	}
}

func TestTheCertificateCanBePastedOrUploaded(t *testing.T) {
	box := sharedSandbox(t)
	w := wizardFor(t, box, prefilled(box))
	b := w.browser()
	p := b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.ca": {"no certificate"}}).refused(b).says(
		"There is no certificate in this text")
	if attr(p.control("authentik.ca"), "aria-invalid") != "true" {
		t.Error("the certificate's field is not marked")
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("authentik.url", box.AuthentikURL)
	file, _ := form.CreateFormFile("authentik.ca_file", "ca.pem")
	_, _ = file.Write([]byte("neither is this"))
	_ = form.Close()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/authentik", &body)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Origin", b.base)
	b.do(req).refused(b).says("There is no certificate in this text")
}

func TestSigningInWithAOneTimePassword(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	app := box.PocketBase().App()
	superusers, err := app.FindCollectionByNameOrId("_superusers")
	if err != nil {
		t.Fatal(err)
	}
	superusers.OTP.Enabled = true
	if err := app.Save(superusers); err != nil {
		t.Fatal(err)
	}
	app.OnMailerSend().BindFunc(func(*core.MailerEvent) error { return nil })
	var codes []string
	app.OnRecordRequestOTPRequest().BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		codes = append(codes, e.Password)
		return e.Next()
	})
	w := wizardFor(t, box, prefilled(box))
	b := w.browser()
	b.send(b.get("/authentik"), "/authentik", nil).want(303)
	b.send(b.get("/pocketbase"), "/pocketbase", url.Values{
		"pocketbase.with": {"password"}, "pocketbase.email": {box.SuperuserEmail},
		"pocketbase.password": {box.SuperuserPassword},
	}).want(303, "/pocketbase/code")
	p := b.get("/pocketbase/code").want(200).says(box.SuperuserEmail)
	b.send(p, "/pocketbase/code", nil).refused(b).says("Enter the one-time password")
	b.send(p, "/pocketbase/code", url.Values{"pocketbase.otp": {"000"}}).refused(b).says("does not accept this " +
		"one-time password")
	b.send(p, "/pocketbase/code", url.Values{"again": {"yes"}}).want(303, "/pocketbase/code")
	if len(codes) != 2 || codes[0] == codes[1] {
		t.Fatalf("%d codes were sent, want 2 different ones", len(codes))
	}
	b.send(p, "/pocketbase/code", url.Values{"pocketbase.otp": {codes[1]}}).want(303, "/settings")
	b.get("/settings").want(200)
	b.get("/pocketbase/code").want(303, "/settings")
	again := b.get("/pocketbase").want(200).says("You are signed in. Leave empty to stay signed in")
	b.send(again, "/pocketbase", nil).want(303, "/settings")
	if w.only(t).Look().PocketBase.Login.Password.IsSet() {
		t.Error("the password was kept")
	}
}

// What was typed into secret fields comes back in no page and no header.
func TestSecretsNeverComeBack(t *testing.T) {
	t.Parallel()
	box := newSandbox(t)
	cfg := prefilled(box)
	const canary = "canary-client-secret-5f1c"
	b := wizardFor(t, box, cfg).browser().connected()
	pages := []*page{
		b.get("/authentik"), b.get("/pocketbase"),
		b.send(b.get("/authentik"), "/authentik", url.Values{"authentik.token": {canary}}).refused(b),
		b.send(b.get("/settings"), "/settings", url.Values{"provider.client_secret": {canary}}).refused(b),
		b.send(b.get("/settings"), "/settings", url.Values{"provider.client_secret": {canary},
			"email": {"leave"}}).want(303),
		b.get("/settings").says("Your own secret is set. Leave empty to keep it"), b.get("/review"),
	}
	job := b.send(pages[len(pages)-1], "/apply", nil).want(303).header.Get("Location")
	pages = append(pages, &page{text: b.wait(job+"/events", "")}, b.get(job))
	b.post("/verify", nil)
	pages = append(pages, &page{text: b.wait("/verify/events", "")}, b.get("/verify"), b.get("/done"))
	for i, p := range pages {
		for _, secret := range []string{canary, box.AuthentikToken, box.PocketBaseToken} {
			if strings.Contains(p.text+fmt.Sprint(p.header), secret) {
				t.Errorf("page %d (%s) has a secret in it", i, p.title())
			}
		}
	}
	if !clientSecretIs(t, box.AuthentikURL, box.AuthentikToken, canary) {
		t.Error("the client secret that was typed is not the provider's")
	}
}

func clientSecretIs(t *testing.T, base, token, want string) bool {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/v3/providers/oauth2/", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	http.DefaultClient.CloseIdleConnections()
	return strings.Contains(body.String(), want)
}

// The token goes over plain http to another machine only once that was
// ticked, and the box is there only where it is needed.
func TestSecretsAreNotSentInTheClearUnlessTicked(t *testing.T) {
	box := sharedSandbox(t)
	real, asked := connect.Connector{}.WithDefaults(), []string{}
	b := wizardFor(t, box, Config{Connect: connect.Connector{
		Authentik: func(ctx context.Context, cfg rest.Config) (connect.AuthentikSystem, error) {
			asked = append(asked, cfg.URL)
			cfg.URL = box.AuthentikURL
			return real.Authentik(ctx, cfg)
		},
		PocketBase: func(ctx context.Context, cfg pbrest.Config) (connect.PocketBaseSystem, error) {
			asked = append(asked, cfg.URL)
			cfg.URL = box.PocketBaseURL
			return real.PocketBase(ctx, cfg)
		},
	}}).browser()
	for _, one := range []struct{ path, url, tick, next string }{
		{"/authentik", "http://authentik.company:9000", "authentik.insecure_http", "/pocketbase"},
		{"/pocketbase", "http://192.0.2.7:8090", "pocketbase.insecure_http", "/settings"},
	} {
		system, before := strings.TrimPrefix(one.path, "/"), len(asked)
		first := b.get(one.path).want(200)
		if strings.Contains(first.text, one.tick) {
			t.Errorf("%s asks for leave before it is needed", one.path)
		}
		token := map[string]string{"authentik": box.AuthentikToken, "pocketbase": box.PocketBaseToken}[system]
		form := url.Values{system + ".url": {one.url}, system + ".token": {token}}
		refused := b.send(first, one.path, form).refused(b)
		if got := refused.summary(); len(got) != 1 || !strings.Contains(got[0], "plain http") ||
			!strings.Contains(got[0], "unencrypted") {
			t.Errorf("the summary says %q", got)
		}
		if attr(refused.control(system+".url"), "aria-invalid") != "true" || refused.control(one.tick) == nil ||
			len(asked) != before {
			t.Errorf("%s: the field is not marked, or there is no box, or something was sent: %q", one.path, asked)
		}
		form.Set(one.tick, "yes")
		b.send(refused, one.path, form).want(303, one.next)
		if len(asked) != before+1 || asked[before] != one.url {
			t.Errorf("the addresses asked are %q", asked)
		}
		if again := b.get(one.path).want(200); !strings.Contains(again.text, one.tick) {
			t.Errorf("%s does not show what was ticked", one.path)
		}
		b.send(b.get(one.path), one.path, nil).want(303) // nothing changed, the box still ticked
	}
}

// authentik's base URL is proposed as its public address until the settings are answered.
func TestTheBaseURLIsProposed(t *testing.T) {
	box := newSandbox(t)
	box.Authentik().Set("base_url", "https://login.company")
	b := wizardFor(t, box, prefilled(box)).browser().connected()
	p := b.get("/settings").want(200)
	p.says("authentik's own base URL is https://login.company.", ", at https://login.company")
	if got := p.form("/settings").Get("authentik.public_url"); got != "https://login.company" {
		t.Errorf("%q is proposed", got)
	}
	b.send(p, "/settings", url.Values{"email": {"leave"}, "authentik.public_url": {""}}).want(303, "/review")
	if got := b.get("/settings").want(200).form("/settings").Get("authentik.public_url"); got != "" {
		t.Errorf("%q is proposed again", got)
	}
}

// An authentik whose client secrets cannot be read is told before anything is answered.
func TestSecretsKeptElsewhereAreSaidAfterConnecting(t *testing.T) {
	box := newSandbox(t)
	box.Authentik().AddApplications(1)
	to, err := url.Parse(box.AuthentikURL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(hostileserver.SecretsElsewhere(httputil.NewSingleHostReverseProxy(to), nil))
	t.Cleanup(front.Close)
	cfg := prefilled(box)
	cfg.Prefill.AuthentikURL = front.URL
	b := wizardFor(t, box, cfg).browser().connected()
	b.get("/settings").want(502).says(link.SecretsElsewhere, link.SecretsElsewhereTodo)
}
