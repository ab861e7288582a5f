package rest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/sandbox/pocketbasehost"
)

func TestConnectWithToken(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	superuser, err := server.App().FindAuthRecordByEmail("_superusers", server.Email())
	if err != nil {
		t.Fatal(err)
	}
	auth, err := superuser.NewAuthToken()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name, token string
		refreshable bool
	}{
		{"impersonate token", server.Token(), false},
		{"auth token", auth, true},
		{"pasted from a header", "  bearer " + auth + "\n", true},
	} {
		client, err := Connect(t.Context(), config(t, server.URL(), one.token))
		if err != nil {
			t.Fatalf("%s: %v", one.name, err)
		}
		got := client.Identity()
		if got.Version != "0.39.11" || got.SuperuserEmail != server.Email() || got.SuperuserID != superuser.Id {
			t.Errorf("%s: %+v", one.name, got)
		}
		if got.Refreshable != one.refreshable || got.Expires.Before(time.Now()) {
			t.Errorf("%s: expires %v, refreshable %v", one.name, got.Expires, got.Refreshable)
		}
		cfg, called := config(t, server.URL(), one.token), false
		cfg.Meanwhile = func(context.Context) { called = true }
		if client, err = Connect(t.Context(), cfg); err != nil || !called {
			t.Fatalf("%s: called %v, %v", one.name, called, err)
		}
		got.SuperuserEmail = "" // the settings do not tell it
		if reading := client.Identity(); reading != got {
			t.Errorf("%s: %+v when the settings are read, else %+v", one.name, reading, got)
		}
	}
}

func TestConnectWithPassword(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	cfg := config(t, server.URL(), "")
	cfg.Email, cfg.Password = " "+server.Email(), secret.New(server.Password())
	client, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := client.Identity(); got.SuperuserEmail != server.Email() || !got.Refreshable || got.Expires.IsZero() {
		t.Errorf("%+v", got)
	}
	seesUsers(t, client)
}

// usersTokenOf creates an app user and returns its token.
func usersTokenOf(t *testing.T, server *pocketbasehost.Server, static bool) string {
	t.Helper()
	record := core.NewRecord(pbtest.UsersOf(t, server.App()))
	record.SetEmail(fmt.Sprintf("u%v@example.com", static))
	record.SetRandomPassword()
	if err := server.App().Save(record); err != nil {
		t.Fatal(err)
	}
	make := record.NewAuthToken
	if static {
		make = func() (string, error) { return record.NewStaticAuthToken(time.Hour) }
	}
	token, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// tokenOf returns a token that no PocketBase signed.
func tokenOf(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"HS256"}`)) + "." + part([]byte(claims)) + "." + part([]byte("signature"))
}

func TestConnectRefusesCredentials(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	for _, one := range []struct {
		name, token, email, password string
		field, says                  string
	}{
		{name: "nothing", field: fieldToken, says: "Enter a superuser token"},
		{name: "blank token", token: "  ", field: fieldToken, says: "Enter a superuser token"},
		{name: "no token at all", token: "abcdef", field: fieldToken, says: "not a PocketBase token"},
		{name: "not base64", token: "a.%%%.c", field: fieldToken, says: "not a PocketBase token"},
		{name: "not JSON", token: "a.bm8.c", field: fieldToken, says: "not a PocketBase token"},
		{name: "another kind", token: tokenOf(`{"type":"file","exp":4000000000}`), field: fieldToken,
			says: "type is “file”"},
		{name: "expired", token: tokenOf(`{"type":"auth","exp":1700000000}`), field: fieldToken,
			says: "expired on 14 November 2023"},
		{name: "unknown", token: tokenOf(`{"type":"auth","exp":4000000000}`), field: fieldToken,
			says: "does not accept this token"},
		{name: "a user's", token: usersTokenOf(t, server, false), field: fieldToken, says: "collection's user"},
		{name: "a user's impersonate token", token: usersTokenOf(t, server, true), field: fieldToken,
			says: "collection's user"},
		{name: "no password", email: "a@example.com", field: fieldPassword, says: "Enter the superuser's password"},
		{name: "no e-mail", password: "x", field: fieldEmail, says: "Enter the superuser's e-mail"},
		{name: "wrong password", email: server.Email(), password: "x", field: fieldPassword, says: "has no superuser"},
		{name: "long e-mail", email: strings.Repeat("x", 300), password: "x", field: fieldEmail,
			says: "e-mail address: The length"},
		{name: "long password", email: server.Email(), password: strings.Repeat("x", 300), field: fieldPassword,
			says: "password: The length"},
	} {
		cfg := config(t, server.URL(), one.token)
		cfg.Email, cfg.Password = one.email, secret.New(one.password)
		_, err := Connect(t.Context(), cfg)
		f := pbtest.FaultOf(t, err)
		cfg.Meanwhile = func(context.Context) {}
		_, err = Connect(t.Context(), cfg)
		if g := pbtest.FaultOf(t, err); g.Summary != f.Summary || g.Todo != f.Todo || g.Field != f.Field ||
			g.Kind != f.Kind {
			t.Errorf("%s: %v, and when the settings are read: %v", one.name, f, err)
		}
		if f.Field != one.field || f.Kind != report.FaultToken || !strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: field %s, kind %q: %s", one.name, f.Field, f.Kind, f.Summary)
		}
		if one.password != "x" && one.password != "" && strings.Contains(say.Of("%s%s", f.Error(), f.Todo).String(),
			one.password) {
			t.Errorf("%s: the fault shows the password", one.name)
		}
	}
}

func TestConnectSuperuserIPs(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Configure(t, server, func(settings *core.Settings) { settings.SuperuserIPs = []string{"10.1.2.3"} })
	byToken := config(t, server.URL(), server.Token())
	byPassword := config(t, server.URL(), "")
	byPassword.Email, byPassword.Password = server.Email(), secret.New(server.Password())
	reading := byToken
	reading.Meanwhile = func(context.Context) {}
	for _, cfg := range []Config{byToken, reading, byPassword} {
		field := cfg.credentialField()
		_, err := Connect(t.Context(), cfg)
		f := pbtest.FaultOf(t, err)
		if f.Kind != report.FaultPermission || f.Field != field || !strings.Contains(f.Summary.String(),
			"superuser IP list") {
			t.Errorf("%s: %+v", field, f)
		}
	}
}

func TestConnectWithOTP(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	superusers, err := server.App().FindCollectionByNameOrId("_superusers")
	if err != nil {
		t.Fatal(err)
	}
	superusers.OTP.Enabled = true
	if err := server.App().Save(superusers); err != nil {
		t.Fatal(err)
	}
	cfg := config(t, server.URL(), "")
	cfg.Email, cfg.Password = server.Email(), secret.New(server.Password())
	_, err = Connect(t.Context(), cfg)
	f := pbtest.FaultOf(t, err)
	mfa, ok := errors.AsType[*MFARequired](err)
	if f.Kind != report.FaultMFA || !ok || mfa.MFAID == "" {
		t.Fatalf("got %+v, want a fault that asks for the second step", f)
	}

	server.App().OnMailerSend().BindFunc(func(*core.MailerEvent) error { return nil })
	var code string
	server.App().OnRecordRequestOTPRequest().BindFunc(func(e *core.RecordCreateOTPRequestEvent) error {
		code = e.Password
		return e.Next()
	})
	id, err := RequestOTP(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	step := func(code string) (*Client, error) {
		with := cfg
		with.OTP = &OTP{ID: id, MFAID: mfa.MFAID, Code: secret.New(code)}
		return Connect(t.Context(), with)
	}
	for wrong, says := range map[string]string{"": "Enter the one-time password", "0": "does not accept"} {
		_, err := step(wrong)
		if f := pbtest.FaultOf(t, err); f.Field != fieldOTP || !strings.Contains(f.Summary.String(), says) {
			t.Errorf("the code %q: %+v", wrong, f)
		}
	}
	client, err := step(" " + code + " ")
	if err != nil {
		t.Fatal(err)
	}
	seesUsers(t, client)

	cfg.Email = "no address"
	_, err = RequestOTP(t.Context(), cfg)
	if f := pbtest.FaultOf(t, err); f.Field != fieldEmail {
		t.Errorf("no address: %+v", f)
	}
}

func TestRequestOTPWhereOff(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	cfg := config(t, server.URL(), "")
	cfg.Email = server.Email()
	_, err := RequestOTP(t.Context(), cfg)
	if f := pbtest.FaultOf(t, err); f.Kind != report.FaultPermission || !strings.Contains(f.Summary.String(), "OTP") {
		t.Errorf("%+v", f)
	}
}

func TestConnectRefusesAddresses(t *testing.T) {
	t.Parallel()
	html := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<!doctype html><title>Welcome</title>"))
		}
	}
	body := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { pbtest.AnswerJSON(w, status, body) }
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
	}
	for _, one := range []struct {
		name    string
		handler http.HandlerFunc
		kind    report.FaultKind
		says    string
	}{
		{"a website", html(200), report.FaultNotThis, "a web page"},
		{"a website without that page", html(404), report.FaultNotThis, "has no /api/health"},
		{"basic auth", html(401), report.FaultNotThis, "in front of PocketBase refuses"},
		{"a blocking proxy", html(403), report.FaultNotThis, "in front of PocketBase refuses"},
		{"a proxy without PocketBase", html(502), report.FaultUnreachable, "proxy in front of PocketBase"},
		{"a broken server", html(500), report.FaultNotThis, "not a PocketBase"},
		{"a broken PocketBase", body(500, `{"data":{},"message":"Something went wrong.","status":500}`),
			report.FaultOther, "PocketBase had an internal error on GET /api/health"},
		{"another broken server", body(500, `{"error":"no"}`), report.FaultNotThis, "not a PocketBase"},
		{"too many requests", html(429), report.FaultThrottled, "rate-limiting"},
		{"other JSON", body(200, `{"ok":true}`), report.FaultNotThis, "something else"},
		{"malformed JSON", body(200, `{"message":"API is healthy.","code":2`), report.FaultNotThis, "something else"},
		{"empty", body(200, ``), report.FaultNotThis, "something else"},
		{"a JSON list", body(200, `[]`), report.FaultNotThis, "something else"},
		{"a sign-in page", redirect("https://auth.example.com/if/flow/default/?next=x"), report.FaultNotThis,
			"sign-in page at auth.example.com"},
		{"forward auth", redirect("/outpost.goauthentik.io/start?rd=x"), report.FaultNotThis, "sign-in page"},
		{"another host", redirect("https://www.example.com/x"), report.FaultNotThis, "redirects to www.example.com/x"},
		{"a redirect to nowhere", redirect("mailto:admin@example.com"), report.FaultNotThis,
			"redirects instead of answering"},
		{"authentik", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Powered-By", "authentik")
			html(404)(w, r)
		}, report.FaultNotThis, "authentik's address"},
		{"PocketBase 0.22", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/health" {
				pbtest.AnswerJSON(w, 200, `{"code":200,"message":"API is healthy.","data":{"canBackup":true}}`)
				return
			}
			pbtest.AnswerJSON(w, 404, `{"code":404,"message":"Not Found.","data":{}}`)
		}, report.FaultTooOld, "older than 0.23"},
		{"PocketBase 0.22 with its dashboard", dashboardOf("0.22.52"), report.FaultTooOld, "PocketBase 0.22.52"},
	} {
		_, err := Connect(t.Context(), config(t, pbtest.Serve(t, one.handler), tokenOf(`{"type":"auth"}`)))
		f := pbtest.FaultOf(t, err)
		if f.Kind != one.kind || f.Field != fieldURL || !strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: kind %q, field %q: %s", one.name, f.Kind, f.Field, f.Summary)
		}
		if strings.Contains(f.Summary.String()+f.Todo.String(), "<") {
			t.Errorf("%s: shows a raw body: %s", one.name, f.Summary)
		}
	}
}

// TestConnectSendsNoCredentialsFirst checks that an unknown server sees no token.
func TestConnectSendsNoCredentialsFirst(t *testing.T) {
	t.Parallel()
	url := pbtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s carried credentials", r.URL.Path)
		}
		pbtest.AnswerJSON(w, 200, `{}`)
	})
	_, err := Connect(t.Context(), config(t, url, tokenOf(`{"type":"auth"}`)))
	pbtest.FaultOf(t, err)
}

func TestConnectUnreachable(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ url, says string }{
		{"", "Enter the PocketBase address"},
		{"http://127.0.0.1:1", "nothing listens on that port"},
		{"http://nowhere.invalid", "nowhere.invalid"},
		{"http://169.254.169.254", "cloud metadata"},
		{strings.Replace(pbtest.Serve(t, func(http.ResponseWriter, *http.Request) {}), "http:", "https:", 1), "https"},
	} {
		_, err := Connect(t.Context(), config(t, one.url, tokenOf(`{"type":"auth"}`)))
		if f := pbtest.FaultOf(t, err); f.Kind != report.FaultUnreachable || f.Field != fieldURL ||
			!strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: %+v", one.url, f)
		}
	}
}

func TestConnectBoundsTheAnswer(t *testing.T) {
	t.Parallel()
	big := pbtest.Serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 9 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	_, err := Connect(t.Context(), config(t, big, tokenOf(`{"type":"auth"}`)))
	if f := pbtest.FaultOf(t, err); f.Field != fieldURL || f.Kind != report.FaultNotThis ||
		!strings.Contains(f.Summary.String(), "larger than 8 MB") {
		t.Errorf("%+v", f)
	}
}

// endless is a body that never ends and delivers nothing.
type endless struct{ ctx context.Context }

func (e endless) Read([]byte) (int, error) {
	<-e.ctx.Done()
	return 0, e.ctx.Err()
}

func (endless) Close() error { return nil }

func TestConnectBoundsTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		slow := pbtest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless{r.Context()}, Request: r}, nil
		})
		_, err := Connect(t.Context(), Config{URL: "http://slow.test", Token: secret.New(tokenOf(`{"type":"auth"}`)),
			HTTP: &http.Client{Transport: slow}})
		if f := pbtest.FaultOf(t, err); f.Field != fieldURL || !strings.Contains(f.Summary.String(),
			"did not answer in time") {
			t.Errorf("%+v", f)
		}
		if took := time.Since(begun); took >= 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// fakeServer answers Connect's requests as a PocketBase of the given version does, and lets a test answer the rest.
func fakeServer(t *testing.T, rest map[string]http.HandlerFunc) string {
	t.Helper()
	return pbtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if handler, ok := rest[r.URL.Path]; ok {
			handler(w, r)
			return
		}
		if r.URL.Path == "/api/health" {
			pbtest.AnswerJSON(w, 200, `{"message":"API is healthy.","code":200,"data":{}}`)
			return
		}
		pbtest.AnswerJSON(w, 404, `{"data":{},"message":"The requested resource wasn't found.","status":404}`)
	})
}

// TestConnectOldImpersonateToken checks that Connect accepts a valid impersonate token that a PocketBase before 0.29
// cannot refresh.
func TestConnectOldImpersonateToken(t *testing.T) {
	t.Parallel()
	url := fakeServer(t, map[string]http.HandlerFunc{
		superusers + "/auth-refresh": func(w http.ResponseWriter, _ *http.Request) {
			pbtest.AnswerJSON(w, 403, `{"data":{},"message":"The current auth token is not refreshable.","status":403}`)
		},
		superusers + "/records/abc": func(w http.ResponseWriter, _ *http.Request) {
			pbtest.AnswerJSON(w, 200, `{"id":"abc","email":"root@example.com","collectionName":"_superusers"}`)
		},
	})
	client, err := Connect(t.Context(),
		config(t, url, tokenOf(`{"type":"auth","id":"abc","exp":4000000000,"refreshable":false}`)))
	if err != nil {
		t.Fatal(err)
	}
	if got := client.Identity(); got.SuperuserEmail != "root@example.com" || got.SuperuserID != "abc" {
		t.Errorf("%+v", got)
	}
}

// TestConnectStatuses answers the sign-in with every unexpected shape.
func TestConnectStatuses(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name   string
		status int
		body   string
		kind   report.FaultKind
		field  string
		says   string
	}{
		{"rate limit", 429, `{"data":{},"message":"Too Many Requests.","status":429}`, report.FaultThrottled, fieldURL,
			"rate-limiting"},
		{"password sign-in off", 403,
			`{"data":{},"message":"The collection is not configured to allow password authentication.","status":403}`,
			report.FaultPermission, fieldPassword, "password authentication"},
		{"authRule", 403,
			`{"data":{},"message":"The request doesn't satisfy the collection requirements to authenticate.","status":403}`,
			report.FaultPermission, fieldPassword, "requirements to authenticate"},
		{"failure", 500, `{"data":{},"message":"Something went wrong while processing your request.","status":500}`,
			report.FaultOther, fieldPassword, "Something went wrong"},
		{"no such route", 404, `{"data":{},"message":"File not found.","status":404}`, report.FaultStale, fieldPassword,
			"File not found"},
		{"unknown shape", 400, `{"errors":[{"detail":"no"},{"detail":"never"}]}`, report.FaultRefused, fieldPassword,
			"errors › 0 › detail: no. errors › 1 › detail: never."},
		{"proxy page", 403, `<html>blocked</html>`, report.FaultNotThis, fieldURL, "in front of PocketBase refuses"},
		{"success that is none", 200, `[1]`, report.FaultNotThis, fieldURL, "did not come from PocketBase"},
		{"success without a token", 200, `{"record":{}}`, report.FaultNotThis, fieldURL,
			"did not come from PocketBase"},
		{"redirect", 302, ``, report.FaultNotThis, fieldURL, "redirects"},
	} {
		url := fakeServer(t, map[string]http.HandlerFunc{
			superusers + "/auth-with-password": func(w http.ResponseWriter, _ *http.Request) {
				pbtest.AnswerJSON(w,
					one.status, one.body)
			},
		})
		cfg := config(t, url, "")
		cfg.Email, cfg.Password = "root@example.com", secret.New("hunter2")
		_, err := Connect(t.Context(), cfg)
		f := pbtest.FaultOf(t, err)
		if f.Kind != one.kind || f.Field != one.field || !strings.Contains(f.Summary.String(), one.says) {
			t.Errorf("%s: kind %q, field %q: %s", one.name, f.Kind, f.Field, f.Summary)
		}
		if strings.ContainsAny(f.Summary.String(), "<{") {
			t.Errorf("%s: shows a raw body: %s", one.name, f.Summary)
		}
	}
}
