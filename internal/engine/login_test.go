package engine_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
	"authpocket/test/draw"
)

func (b *bench) ada() signin.Credentials {
	return signin.Credentials{Name: b.box.Person.Username, Password: secret.New(b.box.Person.Password)}
}

// key returns the primary key of the sandbox's person.
func (b *bench) key() int {
	b.t.Helper()
	for _, u := range b.box.Authentik().Snapshot().Users {
		if u.Username == b.box.Person.Username {
			return u.PK
		}
	}
	b.t.Fatal("there is no person")
	return 0
}

// accounts returns how many accounts there are in PocketBase.
func (b *bench) accounts() int64 {
	b.t.Helper()
	n, err := b.box.PocketBase().App().CountRecords("users")
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// signInAs links, prepares and makes a test sign-in. It holds the texts to
// contain no secret.
func (b *bench) signInAs(who signin.Credentials) (report.Check, *signin.Verdict) {
	b.t.Helper()
	d, err := b.engine.Desire(b.t.Context(), new(b.minimal()))
	if err != nil {
		b.t.Fatal(err)
	}
	check, v := b.engine.SignIns.Run(b.t.Context(), &d, who)
	b.holds(check, v, who)
	return check, v
}

func (b *bench) holds(check report.Check, v *signin.Verdict, who signin.Credentials) {
	b.t.Helper()
	texts := say.Join(check.Title, check.Evidence, check.Remedy).String()
	if v != nil {
		for _, one := range v.Evidence {
			texts += one.Text.String()
		}
		texts += say.Join(v.Words(), v.Todo).String()
	}
	if secret.In(texts, who.Secrets()...) {
		b.t.Errorf("a secret is shown: %s", texts)
	}
	if check.ID != report.CheckSignIn || check.Evidence.Empty() || check.System == "" || check.Title.Empty() {
		b.t.Errorf("an incomplete check: %+v", check)
	}
	if check.Status == report.Fail {
		if _, known := signin.FindCause(check.Cause); !known || check.Remedy.Empty() {
			b.t.Errorf("a failed check without cause or remedy: %+v", check)
		}
	}
}

func TestAPersonSignsInWithoutABrowser(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	check, v := b.signInAs(b.ada())
	if check.Status != report.Pass || check.System != report.PB || v == nil || !v.Works ||
		v.Outcome != signin.OutcomeNew ||
		!v.AsPredicted || v.Record.Email != b.box.Person.Email || !v.Over {
		t.Fatalf("%+v\n%+v", check, v)
	}
	if !strings.Contains(check.Evidence.String(), b.box.Person.Email) || !strings.Contains(check.Evidence.String(),
		"deleted again") {
		t.Errorf("the evidence is %q", check.Evidence)
	}
	if n := b.accounts(); n != 0 {
		t.Errorf("%d accounts are left", n)
	}
}

// An account that was there before stays.
func TestAnAccountOfBeforeIsKept(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	app := b.box.PocketBase().App()
	hook := app.OnRecordDelete("users").BindFunc(func(*core.RecordEvent) error {
		return http.ErrNotSupported // as a hook of the app's may
	})
	check, v := b.signInAs(b.ada())
	if check.Status != report.Warn || v == nil || !v.Works || !strings.Contains(check.Evidence.String(),
		"is still there") ||
		check.Remedy.Empty() {
		t.Fatalf("a refused deletion: %+v", check)
	}
	app.OnRecordDelete("users").Unbind(hook)
	check, v = b.signInAs(b.ada())
	if check.Status != report.Pass || v == nil || v.Outcome != signin.OutcomeReturns || b.accounts() != 1 ||
		strings.Contains(check.Evidence.String(), "deleted") {
		t.Errorf("the second sign-in: %+v", check)
	}
}

func TestWhoDoesNotGetIn(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	sim, ada := b.box.Authentik(), b.key()
	login := func(l authentiksim.LoginFlow) func() { return func() { sim.SetLogin(l) } }
	wrong := b.ada()
	wrong.Password = secret.New("another password")
	app := b.ada()
	app.TOTP = secret.New("JBSWY3DPEHPK3PXP")
	for _, test := range []struct {
		name    string
		prepare func()
		who     signin.Credentials
		status  report.Status
		system  report.System
		cause   report.CauseID
		says    string
	}{
		{"a wrong password", nil, wrong, report.Fail, report.Authentik, report.CauseCredentials, "“Invalid password”"},
		{"a captcha", login(authentiksim.LoginFlow{Captcha: true}), b.ada(), report.Skipped, report.Authentik, "",
			"ak-stage-identification"},
		{"an unknown stage", login(authentiksim.LoginFlow{Stages: []map[string]any{{"component": "ak-stage-email"}}}),
			b.ada(), report.Skipped, report.Authentik, "", "ak-stage-email"},
		{"another app", func() {
			sim.SetLogin(authentiksim.LoginFlow{})
			sim.GiveDevices(ada, authentiksim.Devices{TOTP: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})
		}, app, report.Fail, report.Authentik, report.CauseCredentials, "does not accept the code"},
		{"their app", func() { sim.GiveDevices(ada, authentiksim.Devices{TOTP: "JBSWY3DPEHPK3PXP"}) }, app, report.Pass,
			report.PB, "", "The sign-in works."},
		{"a failed flow", login(authentiksim.LoginFlow{Stages: []map[string]any{{"component": "ak-stage-flow-error",
			"request_id": "r1"}}}), withAnother(app), report.Fail, report.Authentik, report.CauseCredentials, "code"},
		{"a group", func() {
			sim.SetLogin(authentiksim.LoginFlow{})
			sim.GiveDevices(ada, authentiksim.Devices{})
		}, app, report.Skipped, report.Authentik, "", "set up"},
	} {
		if test.prepare != nil {
			test.prepare()
		}
		check, v := b.signInAs(test.who)
		if check.Status != test.status || check.System != test.system || check.Cause != test.cause ||
			!strings.Contains(check.Evidence.String(), test.says) {
			t.Errorf("%s: %+v", test.name, check)
		}
		if reached := test.status != report.Skipped; reached != (v != nil) {
			t.Errorf("%s: the verdict is %+v", test.name, v)
		}
		if n := b.accounts(); n != 0 {
			t.Errorf("%s: %d accounts are left", test.name, n)
		}
	}
}

func withAnother(who signin.Credentials) signin.Credentials {
	who.TOTP = secret.New("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
	return who
}

func TestWhoMayNotUseTheApplication(t *testing.T) {
	b := newBench(t)
	spec := b.minimal()
	b.link(spec)
	application := b.authentik("GET", "/core/applications/pocketbase/", nil)["pk"]
	b.authentik("POST", "/policies/bindings/", map[string]any{"target": application, "order": 0,
		"group": b.box.Authentik().AddGroup("others")})
	check, v := b.signInAs(b.ada())
	if check.Status != report.Fail || check.Cause != report.CauseNoAccess || check.System != report.Authentik ||
		v == nil ||
		!v.AsPredicted || v.FailedStage().ID != signin.StageAuthentik ||
		!strings.Contains(check.Evidence.String(), "“Permission denied”") {
		t.Errorf("a denied person: %+v", check)
	}
	b.box.Authentik().Deactivate(b.key())
	check, v = b.signInAs(b.ada())
	if check.Status != report.Fail || check.Cause != report.CausePersonInactive || v == nil ||
		!strings.Contains(check.Evidence.String(), "not active") || !strings.Contains(check.Remedy.String(),
		"Activate") {
		t.Errorf("an inactive person: %+v", check)
	}
}

// proxied puts proxies in front of both systems, which cut the connection of
// one request instead of its answer.
type proxied struct {
	*bench
	mu     sync.Mutex
	asked  []string
	cutAt  int // the number of the request, counted from 1; 0 for none
	before bool
}

func newProxied(t *testing.T) *proxied {
	p := &proxied{bench: newBench(t)}
	p.authentikURL, p.box.PocketBaseURL = p.front(p.authentikURL), p.front(p.box.PocketBaseURL)
	p.engine = p.connect()
	p.link(p.minimal())
	return p
}

func (p *proxied) front(target string) string {
	to, err := url.Parse(target)
	if err != nil {
		p.t.Fatal(err)
	}
	next := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Method+" "+r.URL.Path)
		cut, before := len(p.asked) == p.cutAt, p.before
		p.mu.Unlock()
		if !cut {
			next.ServeHTTP(w, r)
			return
		}
		if !before {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close()
		}
	}))
	p.t.Cleanup(server.Close)
	return server.URL
}

// cut makes a sign-in whose nth request is cut, and returns the requests.
func (p *proxied) cut(d link.Desired, n int, before bool) (report.Check, *signin.Verdict, []string) {
	p.t.Helper()
	p.mu.Lock()
	p.asked, p.cutAt, p.before = nil, n, before
	p.mu.Unlock()
	check, v := p.engine.SignIns.Run(p.t.Context(), &d, p.ada())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cutAt = 0
	return check, v, slices.Clone(p.asked)
}

// TestAConnectionOfASignInBreaks cuts each request of a sign-in in turn, before
// and after it arrives. Whatever happens, no account is left.
func TestAConnectionOfASignInBreaks(t *testing.T) {
	p := newProxied(t)
	d, err := p.engine.Desire(t.Context(), new(p.minimal()))
	if err != nil {
		t.Fatal(err)
	}
	check, _, whole := p.cut(d, 0, false)
	if check.Status != report.Pass || len(whole) < 20 {
		t.Fatalf("%+v after %v", check, whole)
	}
	for n := 1; n <= len(whole); n++ {
		for _, before := range []bool{true, false} {
			waits := before && strings.HasSuffix(whole[n-1], "/auth-with-oauth2") // 30 s for PocketBase's log
			repeats := !before && strings.HasPrefix(whole[n-1], "GET /api/")
			if (waits || repeats) && !draw.All() {
				continue
			}
			check, v, asked := p.cut(d, n, before)
			what := "(none)"
			if n <= len(asked) {
				what = asked[n-1]
			}
			p.holds(check, v, p.ada())
			if left := p.accounts(); left != 0 {
				t.Errorf("%d %s, before %v: %d accounts are left: %+v", n, what, before, left, check)
				p.forget()
			}
			inFlow := strings.Contains(what, "/flows/executor/") || strings.Contains(what, "/authorize/")
			if inFlow && (check.Status != report.Fail || v != nil || check.Cause != report.CauseUnreachable ||
				!strings.Contains(check.Evidence.String(), "Stopped while ")) {
				t.Errorf("%d %s, before %v: no step in %+v", n, what, before, check)
			}
			if !inFlow && v == nil {
				t.Errorf("%d %s, before %v: no verdict, %+v", n, what, before, check)
			}
		}
	}
}

// forget deletes all accounts.
func (b *bench) forget() {
	b.t.Helper()
	app := b.box.PocketBase().App()
	records, err := app.FindAllRecords("users")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, r := range records {
		if err := app.Delete(r); err != nil {
			b.t.Fatal(err)
		}
	}
}

// An interruption after PocketBase created the account does not leave it there.
func TestAnInterruptedSignInLeavesNoAccount(t *testing.T) {
	b := newBench(t)
	b.link(b.minimal())
	d, err := b.engine.Desire(t.Context(), new(b.minimal()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.box.PocketBase().App().OnRecordAfterCreateSuccess("users").BindFunc(func(e *core.RecordEvent) error {
		cancel()
		return e.Next()
	})
	check, v := b.engine.SignIns.Run(ctx, &d, b.ada())
	if n := b.accounts(); n != 0 {
		t.Errorf("%d accounts are left: %+v %+v", n, check, v)
	}
}
