package authentik_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"authpocket/internal/authentik"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

// flowKeys returns the keys of a flow: its own, and the one that policies are bound to.
func (l *lab) flowKeys(slug string) (pk, bindings string) {
	l.t.Helper()
	f := l.admin("GET", "/flows/instances/"+slug+"/", nil)
	return f["pk"].(string), f["policybindingmodel_ptr_id"].(string)
}

// newFlow creates a flow with the stages of a sign-in.
func (l *lab) newFlow(designation, level string, stages ...string) (pk, bindings string) {
	l.t.Helper()
	l.admin("POST", "/flows/instances/", map[string]any{"name": "Ours", "slug": "ours", "title": "Ours",
		"designation": designation, "authentication": level})
	pk, bindings = l.flowKeys("ours")
	for _, kind := range stages {
		l.sim.AddStage(pk, kind)
	}
	return pk, bindings
}

// bindPolicy binds one of the install's policies, which the simulator can't evaluate.
func (l *lab) bindPolicy(target string) {
	l.t.Helper()
	found := l.admin("GET", "/policies/all/?search=default-user-settings-authorization", nil)["results"].([]any)
	l.admin("POST", "/policies/bindings/", map[string]any{"target": target, "order": 0,
		"policy": found[0].(map[string]any)["pk"]})
}

// scopeKey returns the key of authentik's own mapping of a scope.
func (l *lab) scopeKey(c *authentik.Client, scope string) string {
	l.t.Helper()
	return l.managed(c, scope)[0].(string)
}

// emailKey returns the key of the link's own e-mail mapping.
func (l *lab) emailKey(d link.Desired) string {
	l.t.Helper()
	for _, m := range l.sim.Snapshot().ScopeMappings {
		if m.Name == d.Mappings[0].Name {
			return m.PK
		}
	}
	l.t.Fatal("the link has no e-mail mapping")
	return ""
}

// wrongSignIn is a state in which authentik or PocketBase refuses a sign-in.
type wrongSignIn struct {
	wrong  func(l *lab, c *authentik.Client, d link.Desired, ada int)
	check  report.CheckID
	status report.Status
	cause  report.CauseID
	says   string
}

func (w wrongSignIn) run(t *testing.T) {
	l, c, d, ada := linkedLab(t, spec())
	w.wrong(l, c, d, ada)
	check := checkOf(t, c.Check(t.Context(), d, ada), w.check)
	if check.Status != w.status || check.Cause != w.cause || !strings.Contains(check.Evidence.String(), w.says) {
		t.Errorf("got %+v", check)
	}
	if w.status != report.Skipped && check.Remedy.Empty() {
		t.Errorf("no remedy: %+v", check)
	}
}

func TestLifetimesThatAreTooShortAreFound(t *testing.T) {
	set := func(key, value string) func(*lab, *authentik.Client, link.Desired, int) {
		return func(l *lab, c *authentik.Client, d link.Desired, _ int) { l.patch(c, d, map[string]any{key: value}) }
	}
	for name, test := range map[string]wrongSignIn{
		"codes of no time": {set("access_code_validity", "seconds=0"),
			"authentik.validity", report.Fail, "validity", "seconds=0"},
		"codes in the past": {set("access_code_validity", "hours=-1"),
			"authentik.validity", report.Fail, "validity", "hours=-1"},
		"tokens of no time": {set("access_token_validity", "hours=0;minutes=0"), "authentik.validity", report.Fail,
			"validity",
			"Access token validity"},
		"short codes": {set("access_code_validity", "seconds=9"),
			"authentik.validity", report.Warn, "validity", "seconds=9"},
		"refresh tokens of no time": {set("refresh_token_validity", "days=0"),
			"authentik.validity", report.Warn, "validity", "days=0"},
		"tokens of ten seconds": {set("access_token_validity", "seconds=10"),
			"authentik.validity", report.Fail, "validity", "seconds=10"},
		"short tokens": {set("access_token_validity", "seconds=12"),
			"authentik.validity", report.Warn, "validity", "seconds=12"},
		"ten seconds": {set("access_code_validity", "seconds=10"),
			"authentik.validity", report.Pass, "", "seconds=10"},
	} {
		t.Run(name, func(t *testing.T) {
			l, c, d, ada := linkedLab(t, spec())
			test.wrong(l, c, d, ada)
			check := checkOf(t, c.Check(t.Context(), d, ada), test.check)
			if check.Status != test.status || check.Cause != test.cause ||
				!strings.Contains(check.Evidence.String(), test.says) {
				t.Errorf("got %+v", check)
			}
		})
	}
}

func TestFlowsThatLetNobodyInAreFound(t *testing.T) {
	use := func(key, designation, level string, stages ...string) func(*lab, *authentik.Client, link.Desired, int) {
		return func(l *lab, c *authentik.Client, d link.Desired, _ int) {
			pk, _ := l.newFlow(designation, level, stages...)
			l.patch(c, d, map[string]any{key: pk})
		}
	}
	login := func(level string, stages ...string) func(*lab, *authentik.Client, link.Desired, int) {
		return use("authentication_flow", "authentication", level, stages...)
	}
	consent := func(level string) func(*lab, *authentik.Client, link.Desired, int) {
		return use("authorization_flow", "authorization", level)
	}
	fails := func(wrong func(*lab, *authentik.Client, link.Desired, int), says string) wrongSignIn {
		return wrongSignIn{wrong, "authentik.flows", report.Fail, "flow", says}
	}
	usual := []string{"identification", "password", "user_login"}
	for name, test := range map[string]wrongSignIn{
		"the flow for sources": fails(func(l *lab, c *authentik.Client, d link.Desired, _ int) {
			l.patch(c, d, map[string]any{"authentication_flow": l.sim.AddSourceFlow()})
		}, "default-source-authentication-if-sso"),
		"people must be signed in to sign in": fails(login("require_authenticated", usual...), "signed in already"),
		"superusers must be signed in":        fails(login("require_superuser", usual...), "signed in already"),
		"only redirects sign in":              fails(login("require_redirect", usual...), "require_redirect"),
		"only outposts sign in":               fails(login("require_outpost", usual...), "require_outpost"),
		"only tokens sign in":                 fails(login("require_token", usual...), "require_token"),
		"nobody may be signed in to continue": fails(consent("require_unauthenticated"), "not to be signed in"),
		"only superusers continue":            fails(consent("require_superuser"), "ada is none"),
		"no identification": fails(login("none", "password", "user_login"),
			"no identification stage"),
		"no login at the end": fails(login("none", "identification", "password"),
			"no user login stage"),
		"no stages": fails(login("none"), "no identification stage"),
		"everyone is denied": fails(login("none", "identification", "deny", "user_login"),
			"deny stage"),
		"a flow to sign out as sign-in": {use("authentication_flow", "invalidation", "none", usual...),
			"authentik.flows", report.Warn, "flow", "invalidation"},
		"a flow to sign in as consent": {use("authorization_flow", "authentication", "none"),
			"authentik.flows", report.Warn, "flow", "authentication"},
		"a brand whose flow is for the known": fails(func(l *lab, _ *authentik.Client, _ link.Desired, _ int) {
			l.admin("PATCH", "/flows/instances/default-authentication-flow/",
				map[string]any{"authentication": "require_authenticated"})
		}, "default-authentication-flow"),
		"a group before anybody is known": fails(func(l *lab, _ *authentik.Client, _ link.Desired, ada int) {
			_, bindings := l.flowKeys("default-authentication-flow")
			l.admin("POST", "/policies/bindings/", map[string]any{"target": bindings, "order": 0,
				"group": l.sim.AddGroup("staff", ada)})
		}, "staff"),
	} {
		t.Run(name, test.run)
	}
}

func TestWhetherAPolicyLetsPeopleInIsNotKnown(t *testing.T) {
	for name, test := range map[string]wrongSignIn{
		"of the authentication flow": {func(l *lab, _ *authentik.Client, _ link.Desired, _ int) {
			_, bindings := l.flowKeys("default-authentication-flow")
			l.bindPolicy(bindings)
		}, "authentik.flows", report.Skipped, "", "default-user-settings-authorization"},
		"of the authorization flow": {func(l *lab, _ *authentik.Client, _ link.Desired, _ int) {
			_, bindings := l.flowKeys("default-provider-authorization-implicit-consent")
			l.bindPolicy(bindings)
		}, "authentik.flows", report.Skipped, "", "default-user-settings-authorization"},
		"of a deny stage": {func(l *lab, _ *authentik.Client, _ link.Desired, _ int) {
			pk, _ := l.flowKeys("default-authentication-flow")
			l.bindPolicy(l.sim.AddStage(pk, "deny"))
		}, "authentik.flows", report.Skipped, "", "default-user-settings-authorization"},
		"a stage that stands in for identification": {func(l *lab, c *authentik.Client, d link.Desired, _ int) {
			pk, _ := l.newFlow("authentication", "none", "mtls", "user_login")
			l.patch(c, d, map[string]any{"authentication_flow": pk})
		}, "authentik.flows", report.Skipped, "", "no identification stage"},
		"a policy that is off": {func(l *lab, _ *authentik.Client, _ link.Desired, _ int) {
			_, bindings := l.flowKeys("default-authentication-flow")
			l.bindPolicy(bindings)
			for _, b := range l.sim.Snapshot().Bindings {
				if b.Target == bindings {
					l.admin("PATCH", "/policies/bindings/"+b.PK+"/", map[string]any{"enabled": false})
				}
			}
		}, "authentik.flows", report.Pass, "", "default-authentication-flow"},
	} {
		t.Run(name, func(t *testing.T) {
			l, c, d, ada := linkedLab(t, spec())
			test.wrong(l, c, d, ada)
			check := checkOf(t, c.Check(t.Context(), d, ada), test.check)
			if check.Status != test.status || !strings.Contains(check.Evidence.String(), test.says) {
				t.Errorf("got %+v", check)
			}
		})
	}
}

func TestAccountsThatCannotSignInAreFound(t *testing.T) {
	set := func(key string, value any) func(*lab, *authentik.Client, link.Desired, int) {
		return func(l *lab, _ *authentik.Client, _ link.Desired, ada int) {
			l.admin("PATCH", "/core/users/"+strconv.Itoa(ada)+"/", map[string]any{key: value})
		}
	}
	for name, test := range map[string]wrongSignIn{
		"inactive": {set("is_active", false), "authentik.person", report.Fail, "person-inactive", "ada is not active"},
		"a service account": {set("type", "service_account"), "authentik.person", report.Warn, "person-inactive",
			"service account"},
		"an expired account": {set("attributes", map[string]any{"goauthentik.io/user/expires": 1000000000.0}),
			"authentik.person", report.Warn, "person-inactive", "expired on 2001-09-09"},
	} {
		t.Run(name, test.run)
	}
	l, c, d, _ := linkedLab(t, spec())
	check := checkOf(t, c.Check(t.Context(), d, 0), "authentik.person")
	if check.Status != report.Pass || !strings.Contains(check.Evidence.String(), "token's own account akadmin") {
		t.Errorf("got %+v", check)
	}
	check = checkOf(t, c.Check(t.Context(), d, 4711), "authentik.person")
	if check.Status != report.Skipped || !strings.Contains(check.Evidence.String(), "4711") {
		t.Errorf("got %+v", check)
	}
	c = l.connectAs(l.token("authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider"))
	check = checkOf(t, c.Check(t.Context(), d, 0), "authentik.person")
	if check.Status != report.Warn || !strings.Contains(check.Evidence.String(), "wizard-limited") {
		t.Errorf("got %+v", check)
	}
}

func TestClaimsThatPocketBaseDoesNotGetAreFound(t *testing.T) {
	for name, test := range map[string]wrongSignIn{
		"the e-mail mapping raises": {func(l *lab, _ *authentik.Client, d link.Desired, _ int) {
			l.sim.FailMapping(l.emailKey(d), "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'mail'")
		}, "authentik.claims", report.Fail, "mapping-fails", "KeyError: 'mail'"},
		"the e-mail mapping returns a list": {func(l *lab, _ *authentik.Client, d link.Desired, _ int) {
			l.sim.GiveClaims(l.emailKey(d), []any{"x"})
		}, "authentik.claims", report.Fail, "mapping-fails", "a list instead of an object"},
		"the e-mail mapping returns nothing": {func(l *lab, _ *authentik.Client, d link.Desired, _ int) {
			l.sim.GiveClaims(l.emailKey(d), nil)
		}, "authentik.claims", report.Fail, "mapping-fails", "nothing instead of an object"},
		"the profile mapping raises": {func(l *lab, c *authentik.Client, _ link.Desired, _ int) {
			l.sim.FailMapping(l.scopeKey(c, "profile"), "KeyError: 'cn'")
		}, "authentik.claims", report.Warn, "mapping-fails", "OpenID 'profile'"},
		"the name is a list": {func(l *lab, c *authentik.Client, _ link.Desired, _ int) {
			l.sim.GiveClaims(l.scopeKey(c, "profile"), map[string]any{"name": []any{"Ada"}})
		}, "authentik.claims", report.Fail, "claim-type", "OpenID 'profile'"},
		"the address is a list": {func(l *lab, _ *authentik.Client, d link.Desired, _ int) {
			l.sim.GiveClaims(l.emailKey(d), map[string]any{"email": []any{"ada@example.com"}})
		}, "authentik.claims", report.Fail, "claim-type", "The claim email is a list"},
		"the picture is an object": {func(l *lab, c *authentik.Client, _ link.Desired, _ int) {
			l.sim.GiveClaims(l.scopeKey(c, "profile"), map[string]any{"name": "Ada", "picture": map[string]any{}})
		}, "authentik.claims", report.Fail, "claim-type", "picture is an object"},
		"the user name is a number, in capitals": {func(l *lab, c *authentik.Client, _ link.Desired, _ int) {
			l.sim.GiveClaims(l.scopeKey(c, "profile"), map[string]any{"name": "Ada", "Preferred_Username": 7})
		}, "authentik.claims", report.Fail, "claim-type", "preferred_username is a number"},
	} {
		t.Run(name, func(t *testing.T) {
			test.run(t)
			l, c, d, ada := linkedLab(t, spec())
			test.wrong(l, c, d, ada)
			for _, check := range c.Check(t.Context(), d, ada) {
				if strings.Contains(check.Remedy.String(), "Give the user an e-mail address") {
					t.Errorf("the user has one: %+v", check)
				}
			}
		})
	}
}

func TestASubjectThatIsAListComesFromTheSubjectMode(t *testing.T) {
	l, c, d, ada := linkedLab(t, spec())
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/preview_user/") {
			return false
		}
		answerJSON(w, 200, `{"preview":{"sub":["ada"],"email":"ada@example.com","email_verified":true,"name":"Ada"}}`)
		return true
	})
	check := checkOf(t, c.Check(t.Context(), d, ada), "authentik.claims")
	if check.Status != report.Fail || check.Cause != "claim-type" || !strings.Contains(check.Remedy.String(),
		"subject mode") {
		t.Errorf("got %+v", check)
	}
}

// PocketBase requests openid, email and profile only, while the preview has the claims of all attached mappings.
func TestAnOddClaimOfAnotherScopeDoesNotReachPocketBase(t *testing.T) {
	s := spec()
	l := newLab(t, authentiksim.Config{Version: "2026.5.3"})
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "correct horse", nil)
	l.sim.AddScopeMapping("ours", "zoo", `return {"name": ["Ada"]}`)
	s.Provider.ScopeMappings = []string{"ours"}
	c := l.connect()
	d := l.setUp(c, s).Desired
	if claims, err := c.Preview(t.Context(), d, ada); err != nil || string(claims["name"]) != `"Ada Lovelace"` {
		t.Errorf("got %s, %v", claims["name"], err)
	}
	limited := l.connectAs(l.token("authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider",
		"authentik_core.preview_user", "authentik_providers_oauth2.view_scopemapping"))
	_, err := limited.Preview(t.Context(), d, ada)
	if f := faultOf(t, err); !strings.Contains(f.Summary.String(), "authentik_core.view_propertymapping") {
		t.Errorf("got %+v", f)
	}
	if check := checkOf(t, c.Check(t.Context(), d, ada), "authentik.claims"); check.Status != report.Pass {
		t.Errorf("got %+v", check)
	}
}

func TestWithoutThePermissionToTestMappingsTheClaimsAreSkipped(t *testing.T) {
	l, _, d, ada := linkedLab(t, spec())
	l.sim.FailMapping(l.emailKey(d), "KeyError: 'mail'")
	c := l.connectAs(l.token("authentik_core.view_application", "authentik_providers_oauth2.view_oauth2provider",
		"authentik_core.preview_user", "authentik_providers_oauth2.view_scopemapping", "authentik_core.view_user"))
	checks := c.Check(t.Context(), d, ada)
	check := checkOf(t, checks, "authentik.claims")
	if check.Status != report.Skipped || !strings.Contains(check.Evidence.String(),
		"authentik_core.view_propertymapping") {
		t.Errorf("got %+v", check)
	}
	if check = checkOf(t, checks, "authentik.email"); check.Status != report.Skipped {
		t.Errorf("got %+v", check)
	}
	if check = checkOf(t, checks, "authentik.flows"); check.Status != report.Skipped ||
		!strings.Contains(check.Evidence.String(), "authentik_flows.view_flow") {
		t.Errorf("got %+v", check)
	}
}

func TestDefaultAccessIsReadFromTheBrandWithoutThePermission(t *testing.T) {
	for name, test := range map[string]struct {
		version         string
		off             bool
		closed, unknown bool
	}{
		"on":                            {"2026.5.3", false, false, false},
		"off":                           {"2026.5.3", true, true, false},
		"a brand that does not show it": {"2026.5.0-rc1", true, false, true},
	} {
		l := newLab(t, authentiksim.Config{Version: test.version})
		l.sim.Set("flags", map[string]any{"core_default_app_access": !test.off})
		snap := l.observe(l.connectAs(l.token()), spec())
		if snap.ClosedByDefault != test.closed || snap.AccessUnknown != test.unknown {
			t.Errorf("%s: closed %v, unknown %v", name, snap.ClosedByDefault, snap.AccessUnknown)
		}
		if snap = l.observe(l.connect(), spec()); snap.ClosedByDefault != test.off || snap.AccessUnknown {
			t.Errorf("%s, with the permission: closed %v, unknown %v", name, snap.ClosedByDefault, snap.AccessUnknown)
		}
		q := new(spec()).Query()
		q.AddressesStay = true
		snap, err := l.connect().Observe(t.Context(), q)
		if err != nil || snap.ClosedByDefault != test.off || snap.AccessUnknown {
			t.Errorf("%s, from the brand if it can: closed %v, unknown %v, %v", name, snap.ClosedByDefault,
				snap.AccessUnknown, err)
		}
	}
}
