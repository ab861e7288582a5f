package signins

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/test/draw"
)

// side is a state of authentik, or of what PocketBase reads from it, that may let the person in or not.
type side struct {
	name string
	do   func(*linked)
	spec func(*link.Spec)
	open bool // whether the sign-in works can't be known before
}

// fewSides is how many states are tried, unless all are.
const fewSides = 10

// TestWhatAuthentikDoesIsForeseen compares the checks of a link with a sign-in. A check that fails because something
// differs from the link is not enough for a refusal, and does not count if the sign-in works.
func TestWhatAuthentikDoesIsForeseen(t *testing.T) {
	lab := newLab(t)
	all := slices.Concat(lab.accessSides(), lab.providerSides(), claimSides(), lab.tokenSides(), personSides(),
		levelSides(), flowSides())
	chosen := draw.Some(t, all, fewSides, func(side) string { return "" })
	draw.Report(t, "states of authentik: %d of %d", len(chosen), len(all))
	var group sync.WaitGroup
	for i, one := range chosen {
		l := lab.link(fmt.Sprintf("side_%d", i), one.spec)
		one.do(l)
		group.Go(func() { l.compare(one) })
	}
	group.Wait()
}

func (l *linked) compare(one side) {
	checks := slices.DeleteFunc(l.e.Verify(l.t.Context(), l.d, l.person), func(c report.Check) bool {
		return c.ID == report.CheckAuthentikSettings || c.ID == report.CheckAuthentikBindings
	})
	foretells := func(c report.Check) bool {
		return c.Status == report.Fail && slices.Contains([]report.CheckID{report.CheckPrediction,
			report.CheckAuthentikValidity, report.CheckAuthentikFlows, report.CheckAuthentikPerson,
			report.CheckAuthentikAccess,
			report.CheckAuthentikClaims, report.CheckAuthentikEmail}, c.ID)
	}
	check, v := l.e.SignIns.Run(l.t.Context(), &l.d,
		signin.Credentials{Name: l.username, Password: secret.New(password)})
	works := v != nil && v.Works
	unknown := one.open && checks.Count(report.Skipped) > 0
	if works && slices.ContainsFunc(checks, foretells) || !works && !checks.Failed() && !unknown {
		l.t.Errorf("%s: the sign-in works: %v, %s\n%s", one.name, works, check.Evidence, failures(checks))
	}
}

func provider(key string, value any) func(*linked) {
	return func(l *linked) { l.patchProvider(map[string]any{key: value}) }
}

func (l *linked) group(name string, people ...int) string {
	return l.a.sim.AddGroup(name+" "+l.name, people...)
}

// bind binds the application.
func (l *linked) bind(to string, value any, more map[string]any) {
	l.t.Helper()
	app := l.a.call("GET", "/core/applications/"+l.d.Application.Slug+"/", nil)
	l.bindTo(app["pk"], to, value, more)
}

func (l *linked) bindTo(target any, to string, value any, more map[string]any) {
	l.t.Helper()
	body := map[string]any{"target": target, "order": 0, to: value}
	for key, one := range more {
		body[key] = one
	}
	l.a.call("POST", "/policies/bindings/", body)
}

func (lab *lab) accessSides() []side {
	negated := map[string]any{"negate": true}
	policy := lab.a.call("GET", "/policies/all/", nil)["results"].([]any)[0].(map[string]any)["pk"]
	subgroup := func(l *linked, parent string, people ...int) any {
		return l.a.call("POST", "/core/groups/", map[string]any{"name": "child " + l.name, "parents": []any{parent},
			"users": append([]int{}, people...)})["pk"]
	}
	return []side{
		{name: "nothing", do: func(*linked) {}},
		{name: "another group", do: func(l *linked) { l.bind("group", l.group("a"), nil) }},
		{name: "own group", do: func(l *linked) { l.bind("group", l.group("a", l.person), nil) }},
		{name: "own group, negated", do: func(l *linked) { l.bind("group", l.group("a", l.person), negated) }},
		{name: "another group, negated", do: func(l *linked) { l.bind("group", l.group("a"), negated) }},
		{name: "a parent of the own group", do: func(l *linked) {
			parent := l.group("a")
			subgroup(l, parent, l.person)
			l.bind("group", parent, nil)
		}},
		{name: "a child of the own group", do: func(l *linked) {
			l.bind("group", subgroup(l, l.group("a", l.person)), nil)
		}},
		{name: "one of two groups, all needed", do: func(l *linked) {
			l.patchApplication(map[string]any{"policy_engine_mode": "all"})
			l.bind("group", l.group("a", l.person), nil)
			l.bind("group", l.group("b"), nil)
		}},
		{name: "a disabled binding", do: func(l *linked) {
			l.bind("group", l.group("a"), map[string]any{"enabled": false})
		}},
		{name: "a policy that passes", do: func(l *linked) {
			l.bind("policy", policy, map[string]any{"failure_result": true})
		}},
		{name: "a policy that does not pass", do: func(l *linked) { l.bind("policy", policy, nil) }},
	}
}

func (lab *lab) providerSides() []side {
	redirect := func(mode, kind, url string) func(*linked) {
		uri := map[string]any{"matching_mode": mode, "redirect_uri_type": kind, "url": url}
		return provider("redirect_uris", []any{uri})
	}
	list := []side{
		{name: "no signing key", do: provider("signing_key", nil)},
		{name: "an EC key", do: func(l *linked) { provider("signing_key", l.key("ecdsa"))(l) }},
		{name: "an Ed25519 key", do: func(l *linked) { provider("signing_key", l.key("ed25519"))(l) }},
		{name: "an encryption key", do: func(l *linked) { provider("encryption_key", l.key("rsa"))(l) }},
		{name: "the global issuer", do: provider("issuer_mode", "global")},
		{name: "a public client", do: provider("client_type", "public")},
		{name: "no claims in the ID token", do: provider("include_claims_in_id_token", false)},
		{name: "refresh tokens only", do: provider("grant_types", []any{"refresh_token"})},
		{name: "several grant types", do: provider("grant_types", []any{"authorization_code", "implicit", "hybrid"})},
		{name: "a redirect URI for sign-outs", do: redirect("strict", "logout", link.RedirectURL(lab.pb.URL()))},
		{name: "a regular expression", do: redirect("regex", "authorization", "http://.*/api/oauth2-redirect")},
		{name: "no provider", do: func(l *linked) { l.patchApplication(map[string]any{"provider": nil}) }},
		{name: "no PKCE", do: func(l *linked) {
			l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.PKCE = new(false) })
		}},
		{name: "OAuth2 off", do: func(l *linked) {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.OAuth2.Enabled = false })
		}},
		{name: "one-time passwords on", do: func(l *linked) {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
				c.OTP.Enabled, c.OTP.Duration, c.OTP.Length = true, 100, 8
			})
		}},
	}
	for _, mode := range link.SubjectModes() {
		list = append(list, side{name: "the subject is " + mode, do: provider("sub_mode", mode)})
	}
	return list
}

// tokenSides have tokens that last for some time, or are read by PocketBase itself.
func (lab *lab) tokenSides() []side {
	ids := func(s *link.Spec) { idTokens(lab.a, s) }
	list := []side{
		{name: "codes that cancel out", do: provider("access_code_validity", "minutes=1;seconds=-60")},
		{name: "refresh tokens of no time", do: provider("refresh_token_validity", "seconds=0")},
		{name: "user info from the ID token", do: func(l *linked) {
			l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.UserInfoURL = "" })
		}},
		{name: "ID tokens", spec: ids, do: func(*linked) {}},
		{name: "ID tokens, an EC key", spec: ids, do: func(l *linked) { provider("signing_key", l.key("ecdsa"))(l) }},
		{name: "ID tokens, no key", spec: ids, do: provider("signing_key", nil)},
		{name: "ID tokens without claims", spec: ids, do: provider("include_claims_in_id_token", false)},
		{name: "ID tokens, the global issuer", spec: ids, do: provider("issuer_mode", "global")},
		{name: "ID tokens of 5 s", spec: ids, do: provider("access_token_validity", "seconds=5")},
	}
	for _, text := range []string{"minutes=-5", "seconds=5", "seconds=10", "seconds=12", "weeks=3"} {
		list = append(list, side{name: "tokens of " + text, do: provider("access_token_validity", text)})
	}
	return list
}

// claimSides have scope mappings of which PocketBase requests some.
func claimSides() []side {
	const address = `return {"email": request.user.email`
	list := []side{
		{name: "no address", do: func(l *linked) { l.takeOff("email") }},
		{name: "no name", do: func(l *linked) { l.takeOff("profile") }},
		{name: "no openid", do: func(l *linked) { l.takeOff("openid") }},
		{name: "not said to be verified", do: claiming("email", address+"}")},
		{name: "another subject", do: claiming("openid", `return {"sub": request.user.username}`)},
		{name: "an address of another scope", do: func(l *linked) {
			l.attachMapping("email", `return {"email_verified": True}`)
			l.attachMapping("zoo", `return {"email": "zoo@example.com"}`)
		}},
		{name: "verified by another scope", do: func(l *linked) {
			l.attachMapping("email", address+`, "email_verified": False}`)
			l.attachMapping("zoo", `return {"email_verified": True}`)
		}},
	}
	for _, verified := range []string{`"true"`, `"yes"`, "1", "0"} {
		list = append(list, side{name: "verified is " + verified,
			do: claiming("email", address+`, "email_verified": `+verified+"}")})
	}
	for _, given := range []string{`{"email_verified": False}`, `{"groups": ["a"]}`, `{"name": ["Ada"]}`,
		`{"x": request.user.attributes["none"]}`, `{"sub": "fixed"}`} {
		list = append(list, side{name: "another scope gives " + given, do: claiming("zoo", "return "+given)})
	}
	return list
}

func personSides() []side {
	return []side{
		{name: "an inactive person", do: func(l *linked) {
			l.signInAs("inactive", l.name+"@example.com")
			l.a.call("PATCH", fmt.Sprintf("/core/users/%d/", l.person), map[string]any{"is_active": false})
		}},
		{name: "a person without an address", do: func(l *linked) { l.signInAs("nomail", "") }},
		{name: "a person whose address is the subject and missing", do: func(l *linked) {
			l.signInAs("nomail", "")
			provider("sub_mode", "user_email")(l)
		}},
		{name: "an expired person", do: func(l *linked) {
			l.username = "gone-" + l.name
			l.person = l.a.sim.AddPerson(l.username, "Gone", l.name+"@example.com", password,
				map[string]any{"goauthentik.io/user/expires": 1000000})
		}},
	}
}

// flow creates a flow with these stages.
func (l *linked) flow(designation, setting, value string, stages ...string) map[string]any {
	l.t.Helper()
	f := l.a.call("POST", "/flows/instances/", map[string]any{"name": l.name, "title": l.name,
		"slug": strings.ReplaceAll(l.name, "_", "-"), "designation": designation, setting: value})
	for _, kind := range stages {
		l.a.sim.AddStage(f["pk"].(string), kind)
	}
	return f
}

func usualStages() []string { return []string{"identification", "password", "user_login"} }

func levelSides() (list []side) {
	for _, level := range []string{"none", "require_authenticated", "require_unauthenticated", "require_superuser",
		"require_redirect", "require_outpost", "require_token"} {
		list = append(list, side{name: "to sign in " + level, do: func(l *linked) {
			f := l.flow("authentication", "authentication", level, usualStages()...)
			provider("authentication_flow", f["pk"])(l)
		}}, side{name: "to consent " + level, do: func(l *linked) {
			provider("authorization_flow", l.flow("authorization", "authentication", level)["pk"])(l)
		}})
	}
	return list
}

func flowSides() []side {
	login := func(stages ...string) func(*linked) {
		return func(l *linked) {
			provider("authentication_flow", l.flow("authentication", "layout", "stacked", stages...)["pk"])(l)
		}
	}
	consent := func(designation string, stages ...string) func(*linked) {
		return func(l *linked) {
			provider("authorization_flow", l.flow(designation, "layout", "stacked", stages...)["pk"])(l)
		}
	}
	list := []side{
		{name: "no login stage", do: login("identification", "password")},
		{name: "a login flow that denies", do: login("identification", "password", "deny", "user_login")},
		{name: "a consent flow that denies", do: consent("authorization", "deny")},
		{name: "a consent flow to enroll", do: consent("enrollment")},
	}
	for _, mode := range []string{"any", "all"} {
		for _, negate := range []bool{false, true} {
			bound := func(kind string, f func(*linked) map[string]any, people func(*linked) []int) side {
				name := fmt.Sprintf("%s, %s, negated: %v", kind, mode, negate)
				return side{name: name, open: true, do: func(l *linked) {
					made := f(l)
					l.bindTo(made["policybindingmodel_ptr_id"], "group", l.group("a", people(l)...),
						map[string]any{"negate": negate})
					provider(made["designation"].(string)+"_flow", made["pk"])(l)
				}}
			}
			toLogin := func(l *linked) map[string]any {
				return l.flow("authentication", "policy_engine_mode", mode, usualStages()...)
			}
			toConsent := func(l *linked) map[string]any { return l.flow("authorization", "policy_engine_mode", mode) }
			own, none := func(l *linked) []int { return []int{l.person} }, func(*linked) []int { return nil }
			list = append(list, bound("a login flow bound to the own group", toLogin, own),
				bound("a consent flow bound to the own group", toConsent, own),
				bound("a consent flow bound to another group", toConsent, none))
		}
	}
	return list
}
