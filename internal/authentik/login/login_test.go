package login_test

import (
	"strings"
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

type object = map[string]any

// asks returns a login flow with one more stage.
func asks(challenge object) func(*world) {
	return func(w *world) { w.sim.SetLogin(authentiksim.LoginFlow{Stages: []map[string]any{challenge}}) }
}

func has(d authentiksim.Devices) func(*world) {
	return func(w *world) { w.sim.GiveDevices(w.ada, d) }
}

func with(change func(*signin.Credentials)) signin.Credentials {
	who := ada()
	change(&who)
	return who
}

func withApp() signin.Credentials {
	return with(func(c *signin.Credentials) { c.TOTP = secret.New(appKey) })
}

func withCode() signin.Credentials {
	return with(func(c *signin.Credentials) { c.Code = secret.New(recovery + "\n") })
}

func TestPeopleGetIn(t *testing.T) {
	both := authentiksim.Devices{TOTP: appKey, Codes: []string{recovery}, Other: []string{"webauthn"}}
	for name, test := range map[string]struct {
		prepare func(*world)
		who     signin.Credentials
	}{
		"with a password":  {nil, ada()},
		"with the address": {nil, with(func(c *signin.Credentials) { c.Name = "ada@example.com" })},
		"with the password on the first page": {func(w *world) {
			w.sim.SetLogin(authentiksim.LoginFlow{PasswordOnFirstPage: true})
		}, ada()},
		"with consent": {func(w *world) {
			w.change(object{"authorization_flow": w.flow("default-provider-authorization-explicit-consent")})
		}, ada()},
		"with an authenticator app":      {has(authentiksim.Devices{TOTP: appKey}), withApp()},
		"with a recovery code":           {has(authentiksim.Devices{Codes: []string{recovery}}), withCode()},
		"with the app among more":        {has(both), withApp()},
		"with the code among more":       {has(both), withCode()},
		"without the app that they have": {nil, withApp()},
		"without staying signed in":      {asks(object{"component": "ak-stage-user-login"}), ada()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.prepare != nil {
				test.prepare(w)
			}
			back, err := w.signIn(test.who)
			if err != nil {
				t.Fatalf("%+v", err)
			}
			if !back.Code.IsSet() || back.State != "s1" || back.Error != "" {
				t.Errorf("came back with %+v", back)
			}
		})
	}
}

func TestPeopleAreRefused(t *testing.T) {
	wrong := with(func(c *signin.Credentials) { c.Password = secret.New("another password") })
	for name, test := range map[string]struct {
		prepare func(*world)
		who     signin.Credentials
		cause   report.CauseID
		says    string
	}{
		"a wrong password": {nil, wrong, report.CauseCredentials, "“Invalid password”"},
		"a wrong password on the first page": {func(w *world) {
			w.sim.SetLogin(authentiksim.LoginFlow{PasswordOnFirstPage: true})
		}, wrong, report.CauseCredentials, "user name and password: “Failed to authenticate”"},
		"an unknown name": {nil, with(func(c *signin.Credentials) { c.Name = "eve" }), report.CauseCredentials,
			"the user name: “Failed to authenticate”"},
		"an inactive person": {func(w *world) { w.sim.Deactivate(w.ada) }, ada(), report.CauseCredentials,
			"“Invalid password”"},
		"a wrong code": {has(authentiksim.Devices{Codes: []string{"another"}}), withCode(), report.CauseCredentials,
			"does not accept the code: “Invalid Token"},
		"the code of another app": {has(authentiksim.Devices{TOTP: "JBSWY3DPEHPK3PXP"}), withApp(),
			report.CauseCredentials, "does not accept the code"},
		"an unreadable secret of an app": {nil, with(func(c *signin.Credentials) { c.TOTP = secret.New("1!") }),
			report.CauseCredentials, "neither base32 nor an otpauth address"},
		"a denial of the flow": {asks(object{"component": "ak-stage-access-denied", "error_message": "Go away."}),
			ada(), report.CauseNoAccess, "“Go away”"},
		"a denial of the application": {func(w *world) {
			app := w.api("GET", "/core/applications/pocketbase/", nil)["pk"]
			w.api("POST", "/policies/bindings/", object{"target": app, "order": 0, "group": w.sim.AddGroup("staff")})
		}, ada(), report.CauseNoAccess, "“Permission denied”"},
		"an unknown client": {func(w *world) { w.change(object{"client_id": "another"}) }, ada(),
			report.CauseUnknownClient, "“Client ID Error”"},
		"an unknown redirect URI": {func(w *world) {
			w.change(object{"redirect_uris": []object{{"matching_mode": "strict", "url": callback + "/"}}})
		}, ada(), report.CauseRedirectMismatch, "“Redirect URI Error”"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if test.prepare != nil {
				test.prepare(w)
			}
			_, err := w.signIn(test.who)
			if err == nil || err.Stop != signin.StopDenied || err.Cause != test.cause ||
				!strings.Contains(err.What.String(), test.says) {
				t.Errorf("got %+v, want the cause %s and %q", err, test.cause, test.says)
			}
		})
	}
}

func TestWhatTakesAPersonStops(t *testing.T) {
	first := func(f authentiksim.LoginFlow) func(*world) { return func(w *world) { w.sim.SetLogin(f) } }
	webauthn := authentiksim.Devices{Other: []string{"webauthn", "duo"}}
	for name, test := range map[string]struct {
		prepare           func(*world)
		who               signin.Credentials
		stage, says, todo string
	}{
		"a captcha": {asks(object{"component": "ak-stage-captcha", "js_url": "x", "site_key": "y",
			"interactive": true}),
			ada(), "ak-stage-captcha", "a captcha", ""},
		"a captcha on the first page": {first(authentiksim.LoginFlow{Captcha: true}), ada(), "ak-stage-identification",
			"a captcha", ""},
		"sources only": {first(authentiksim.LoginFlow{SourcesOnly: true}), ada(), "ak-stage-identification",
			"other places only", ""},
		"an e-mail": {asks(object{"component": "ak-stage-email"}), ada(), "ak-stage-email", "by e-mail", ""},
		"a prompt": {asks(object{"component": "ak-stage-prompt", "fields": []object{}}), ada(), "ak-stage-prompt",
			"accept terms", ""},
		"a source": {asks(object{"component": "ak-source-plex", "client_id": "x", "slug": "y"}), ada(),
			"ak-source-plex", "another place", ""},
		"a factor to set up": {asks(object{"component": "ak-stage-authenticator-totp", "config_url": "x"}), ada(),
			"ak-stage-authenticator-totp", "set up", ""},
		"no factor":     {has(authentiksim.Devices{}), ada(), "ak-stage-authenticator-validate", "set up", ""},
		"other factors": {has(webauthn), withApp(), "ak-stage-authenticator-validate", "(webauthn, duo)", "browser"},
		"an app": {has(authentiksim.Devices{TOTP: appKey}), ada(),
			"ak-stage-authenticator-validate", "(totp)", "app"},
		"a code": {has(authentiksim.Devices{Codes: []string{"x"}}), ada(),
			"ak-stage-authenticator-validate", "(static)", "recovery"},
		"a form elsewhere": {asks(object{"component": "ak-stage-autosubmit", "url": "https://saml.example/",
			"attrs": object{}}),
			ada(), "ak-stage-autosubmit", "saml.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.prepare(w)
			_, err := w.signIn(test.who)
			if err == nil || err.Stop != signin.StopStage || err.Stage != test.stage ||
				!strings.Contains(err.What.String(), test.says) || !strings.Contains(err.What.String(), test.stage) ||
				!strings.Contains(err.Todo.String(), test.todo) || err.Todo.Empty() {
				t.Errorf("got %+v, want the stage %s and %q", err, test.stage, test.says)
			}
		})
	}
}

func TestACodeWorksOnce(t *testing.T) {
	w := newWorld(t)
	w.sim.GiveDevices(w.ada, authentiksim.Devices{TOTP: appKey, Codes: []string{recovery, "another"}})
	for _, who := range []signin.Credentials{withApp(), withCode()} {
		if _, err := w.signIn(who); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.signIn(withCode()); err == nil || err.Cause != report.CauseCredentials {
		t.Errorf("again: %v", err)
	}
}
