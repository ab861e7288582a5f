package login_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// TestAConnectionBreaksAtEachStep cuts the connection of the longest sign-in at every request in turn.
func TestAConnectionBreaksAtEachStep(t *testing.T) {
	who := withApp()
	prepare := func(w *world) {
		w.change(object{"authorization_flow": w.flow("default-provider-authorization-explicit-consent")})
		w.sim.GiveDevices(w.ada, authentiksim.Devices{TOTP: appKey})
		w.sim.SetLogin(authentiksim.LoginFlow{Stages: []map[string]any{{"component": "ak-stage-user-login"}}})
	}
	whole := newWorld(t)
	prepare(whole)
	if _, err := whole.signIn(who); err != nil {
		t.Fatalf("%+v", err)
	}
	if whole.asked() < 12 {
		t.Fatalf("a sign-in takes %d requests only", whole.asked())
	}
	steps := map[string]bool{}
	for n := 1; n <= whole.asked(); n++ {
		for name, between := range map[string]func(http.ResponseWriter, *http.Request) bool{
			"before": func(w http.ResponseWriter, _ *http.Request) bool { cut(w); return true },
			"after": func(w http.ResponseWriter, r *http.Request) bool { // authentik has acted, but its answer is lost
				return false
			},
			"in the middle": func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Content-Length", "1000")
				_, _ = io.WriteString(w, `{"component": "ak-stage-`)
				cut(w)
				return true
			},
		} {
			w := newWorld(t)
			prepare(w)
			w.between = func(rw http.ResponseWriter, r *http.Request, number int) bool {
				if number != n {
					return false
				}
				if name == "after" {
					w.sim.ServeHTTP(httptest.NewRecorder(), r)
					cut(rw)
					return true
				}
				return between(rw, r)
			}
			_, err := w.signIn(who)
			if err == nil || err.Stop != signin.StopBroken || err.Cause != report.CauseUnreachable || w.asked() != n {
				t.Errorf("%s request %d: %+v after %d requests", name, n, err, w.asked())
				continue
			}
			steps[err.Step.String()] = true
		}
	}
	for _, want := range []string{"opening authentik's page /application/o/authorize/", "sending the user name",
		"asking for the first stage of the flow", "sending the password", "sending the code of the authenticator app",
		"declining to stay signed in", "giving consent", "asking for the stage after ak-stage-identification"} {
		if !steps[want] {
			t.Errorf("no error is about %q: %v", want, steps)
		}
	}
}

// page answers with a page of authentik.
func page(title string) string {
	return `<!DOCTYPE html><h1 class="x" data-test-id="card-title">` + title + `</h1>`
}

func TestAnswersThatAreNotAuthentiks(t *testing.T) {
	const executor = "/api/v3/flows/executor/"
	leads := func(to string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
	}
	says := func(status int, body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			if strings.HasPrefix(body, "{") {
				w.Header().Set("Content-Type", "application/json")
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	stage := func(body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, executor) {
				answerJSON(w, body)
				return
			}
			leads("/if/flow/login/?next=x")(w, r)
		}
	}
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		stop   signin.LoginStop
		says   string
	}{
		"an endless redirect":  {leads("/application/o/authorize/?again"), signin.StopBroken, "60 requests"},
		"no target":            {leads(""), signin.StopBroken, "cannot be read"},
		"an unreadable target": {leads("http://%zz"), signin.StopBroken, "cannot be reached"},
		"another host": {leads("https://login.example/x?password=1"), signin.StopStage,
			"https://login.example,"},
		"another port":           {leads("http://127.0.0.1:1/"), signin.StopStage, "http://127.0.0.1:1,"},
		"another state":          {leads(callback + "?code=c&state=s2"), signin.StopBroken, "another state"},
		"no code":                {leads(callback + "?state=s1"), signin.StopBroken, "neither a code nor an error"},
		"a page":                 {says(200, page("Welcome &amp; more")), signin.StopBroken, "“Welcome & more”"},
		"a page without a title": {says(200, "<html>"), signin.StopBroken, "200 with a web page"},
		"JSON for a page":        {says(200, "{}"), signin.StopBroken, "200 with an answer that cannot be read"},
		"an internal error":      {says(500, page("")), signin.StopBroken, "500 with a web page"},
		"a stage without a name": {stage(`{}`), signin.StopBroken, "200 with an answer that cannot be read"},
		"no JSON":                {stage(`[`), signin.StopBroken, "200 with an answer that cannot be read"},
		"a failed flow": {stage(`{"component": "ak-stage-flow-error", "request_id": "r7"}`), signin.StopBroken,
			"r7"},
		"a strange stage":         {stage(`{"component": "x-\u001b[31m<b>"}`), signin.StopStage, "takes a person"},
		"the same stage for ever": {stage(`{"component": "ak-stage-password"}`), signin.StopBroken, "again"},
		"consent for ever": {stage(`{"component": "ak-stage-consent", "token": "x"}`), signin.StopStage,
			"20 stages"},
		"redirects for ever": {stage(`{"component": "xak-flow-redirect", "to": "/if/flow/login/"}`),
			signin.StopStage, "20 stages"},
		"a redirect to nowhere": {stage(`{"component": "xak-flow-redirect"}`), signin.StopBroken, "cannot be read"},
		"a form to nowhere": {stage(`{"component": "ak-stage-autosubmit", "url": "http://%zz"}`), signin.StopBroken,
			"cannot be read"},
		"a name that is not asked for": {stage(`{"component": "ak-stage-identification", "user_fields": null}`),
			signin.StopStage, "does not ask for a user name"},
		"a huge answer": {func(w http.ResponseWriter, _ *http.Request) {
			for range 9 << 10 {
				_, _ = w.Write(make([]byte, 1<<10))
			}
		}, signin.StopBroken, "8 MB"},
		"the password in an error": {stage(`{"component": "ak-stage-password", "response_errors": {"password": [
			{"string": "` + horse + ` is wrong", "code": "x"}, 7]}}`), signin.StopDenied, "(hidden) is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := httptest.NewServer(http.HandlerFunc(test.answer)) // not held against the document
			t.Cleanup(server.Close)
			w.url = server.URL
			_, err := w.signIn(ada())
			if err == nil || err.Stop != test.stop || !strings.Contains(err.What.String(), test.says) {
				t.Fatalf("got %+v, want %s and %q", err, test.stop, test.says)
			}
			if strings.ContainsAny(err.What.String(), "\x1b<") {
				t.Errorf("it shows %q", err.What)
			}
		})
	}
}

// TestAFormBringsTheCode: authentik has a browser send a form to the application in some response modes.
func TestAFormBringsTheCode(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			answerJSON(rw, `{"component": "ak-stage-autosubmit", "url": "`+callback+
				`", "attrs": {"code": "c0de-4711", "state": "s1"}}`)
			return
		}
		http.Redirect(rw, r, "/if/flow/x/", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	if back, err := w.signIn(ada()); err != nil || back.Code.Reveal() != "c0de-4711" {
		t.Errorf("came back with %+v, %+v", back, err)
	}
}

func TestAnErrorComesBack(t *testing.T) {
	w := newWorld(t)
	w.change(object{"grant_types": []string{"implicit"}})
	if back, err := w.signIn(ada()); err != nil || back.Error != "invalid_request" || back.Code.IsSet() {
		t.Errorf("came back with %+v, %+v", back, err)
	}
}

func TestAPasswordIsOnlySentToAuthentik(t *testing.T) {
	w := newWorld(t)
	client, opening := w.client(), w.opening()
	for _, address := range []string{"https://authentik.example/application/o/authorize/", "http://127.0.0.1:1/",
		"https" + strings.TrimPrefix(w.url, "http"), "/application/o/authorize/", "http://%zz"} {
		opening.AuthURL = address
		_, err := client.SignIn(t.Context(), opening, ada())
		if err == nil || !strings.Contains(err.Error(), "No password was sent.") || w.asked() > 0 {
			t.Errorf("%s: %v after %d requests", address, err, w.asked())
		}
	}
}

// TestOverHTTPS: cookies are for https only, and authentik checks where a request comes from.
func TestOverHTTPS(t *testing.T) {
	w := newWorld(t)
	w.change(object{"authorization_flow": w.flow("default-provider-authorization-explicit-consent")})
	server := httptest.NewTLSServer(w)
	t.Cleanup(server.Close)
	w.url = server.URL
	client := w.client()
	client.HTTP = server.Client()
	client.HTTP.CheckRedirect = outbound.New(outbound.Config{}).CheckRedirect
	back, err := client.SignIn(t.Context(), w.opening(), ada())
	if err != nil || !back.Code.IsSet() {
		t.Errorf("came back with %+v, %v", back, err)
	}
	if client.HTTP.Jar != nil {
		t.Error("the cookies stay with the caller's client")
	}
}

// TestBelowAPath signs in at an authentik that has a path, as AUTHENTIK_WEB__PATH gives it.
func TestBelowAPath(t *testing.T) {
	w := newWorld(t)
	outer := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		inner := httptest.NewRecorder()
		path, found := strings.CutPrefix(r.URL.Path, "/idp")
		if !found {
			http.NotFound(rw, r)
			return
		}
		r.URL.Path, r.RequestURI = path, strings.TrimPrefix(r.RequestURI, "/idp")
		w.sim.ServeHTTP(inner, r)
		for name, values := range inner.Header() {
			rw.Header()[name] = values
		}
		rw.Header().Del("Content-Length")
		if to := inner.Header().Get("Location"); strings.HasPrefix(to, "/") {
			rw.Header().Set("Location", "/idp"+to)
		}
		rw.WriteHeader(inner.Code)
		_, _ = fmt.Fprint(rw, strings.ReplaceAll(inner.Body.String(), `"to":"/`, `"to":"/idp/`))
	}))
	t.Cleanup(outer.Close)
	w.url = outer.URL + "/idp"
	if back, err := w.signIn(ada()); err != nil || !back.Code.IsSet() {
		t.Errorf("came back with %+v, %+v", back, err)
	}
}

func TestAnInterruptedSignInSaysSo(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := withCancel(t)
	w.between = func(http.ResponseWriter, *http.Request, int) bool { cancel(); return false }
	_, err := w.client().SignIn(ctx, w.opening(), ada())
	if err == nil || !strings.HasSuffix(err.Error(), "The sign-in was interrupted.") {
		t.Errorf("got %v", err)
	}
	if secret.In(err.Error(), ada().Secrets()...) {
		t.Error("the error has a secret")
	}
}
