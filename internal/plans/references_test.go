package plans_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

func TestWhatIsMissingInAuthentikIsNamed(t *testing.T) {
	without := func(scope string) func(*world) {
		return func(w *world) {
			w.mappings = slices.DeleteFunc(w.mappings, func(m link.Mapping) bool {
				return m.Managed != "" &&
					m.Scope == scope
			})
		}
	}
	noFlows := func(missing ...report.Permission) func(*world) {
		return func(w *world) { w.flows, w.missing = nil, missing }
	}
	for name, test := range map[string]struct {
		world       func(*world)
		edit        func(*link.Spec)
		field, says string
	}{
		"a flow that is not there": {nil, func(s *link.Spec) { s.Provider.AuthorizationFlow = new("mine") },
			"provider.authorization_flow", "no authorization flow “mine”. Choose one of: " +
				link.DefaultAuthorizationFlow + ", " + explicitFlow},
		"a flow for something else": {nil,
			func(s *link.Spec) { s.Provider.AuthorizationFlow = new("passkeys") }, "provider.authorization_flow",
			"is for authentication, not for authorization"},
		"an authentication flow not there": {nil,
			func(s *link.Spec) { s.Provider.AuthenticationFlow = new("mine") }, "provider.authentication_flow",
			"Choose one of: default-authentication-flow, passkeys"},
		"no flows at all": {noFlows(), nil, "provider.authorization_flow",
			"none; create one in authentik under Flows"},
		"flows that the token may not list": {noFlows("authentik_flows.view_flow"), nil,
			"provider.authorization_flow", "Give it the permission authentik_flows.view_flow."},
		"a signing key that is not there": {nil, func(s *link.Spec) { s.Provider.SigningKey = new("mine") },
			"provider.signing_key", "Choose one of: an ec key, " + selfSigned},
		"a signing key of another type": {nil,
			func(s *link.Spec) { s.Provider.SigningKey = new("an ed25519 key") }, "provider.signing_key",
			"of the type ed25519"},
		"a DSA key": {nil, func(s *link.Spec) { s.Provider.SigningKey = new("a dsa key") },
			"provider.signing_key", "of the type dsa"},
		"no key that would do": {func(w *world) { w.keys = w.keys[:1] },
			func(s *link.Spec) { s.Provider.SigningKey = new("mine") }, "provider.signing_key",
			"(no RSA or EC key)"},
		"keys that the token may not list": {func(w *world) {
			w.keys, w.missing = nil,
				[]report.Permission{"authentik_crypto.view_certificatekeypair"}
		}, nil, "provider.signing_key", "view_certificatekeypair"},
		"the managed mapping for openid": {without("openid"), nil, "provider.scope_mappings",
			"own scope mapping for openid cannot be found. Restore it"},
		"the managed mapping for profile": {without("profile"), nil, "provider.scope_mappings",
			"for profile cannot be found"},
		"the managed mapping for e-mail": {without("email"), func(s *link.Spec) { s.Email = link.EmailLeave },
			"provider.scope_mappings", "for email cannot be found"},
		"a scope mapping that is not there": {nil, func(s *link.Spec) {
			s.Provider.ScopeMappings = []string{"groups",
				"mine"}
		}, "provider.scope_mappings.1", "no scope mapping “mine”"},
		"a second mapping for e-mail": {nil,
			func(s *link.Spec) { s.Provider.ScopeMappings = []string{"company mail"} }, "provider.scope_mappings.0",
			"the e-mail decision sets"},
		"the managed mapping for e-mail named": {nil,
			func(s *link.Spec) { s.Provider.ScopeMappings = []string{managedEmail} }, "provider.scope_mappings.0",
			"Leave it out"},
		"a group that is not there": {nil,
			func(s *link.Spec) { s.Access = &link.Access{Groups: []string{"staff", "guests"}} }, "access.groups.1",
			"no group “guests”"},
		"a user that is not there": {nil, func(s *link.Spec) { s.Access = &link.Access{Users: []string{"bob"}} },
			"access.users.0", "no user “bob”"},
		"a policy that is not there": {nil,
			func(s *link.Spec) { s.Access = &link.Access{Policies: []string{"nights"}} }, "access.policies.0",
			"no policy “nights”"},
		"applications not to be read": {
			func(w *world) { w.missing = []report.Permission{"authentik_core.view_application"} }, nil,
			"authentik.token", "Give it the permission authentik_core.view_application."},
		"providers not to be read": {
			func(w *world) { w.missing = []report.Permission{"authentik_providers_oauth2.view_oauth2provider"} }, nil,
			"authentik.token", "may not read OAuth2 providers"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if test.world != nil {
				test.world(w)
			}
			s := minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			plan, problems := w.plan(s, generated(1))
			i := slices.IndexFunc(problems, func(p report.Problem) bool { return p.Field == test.field })
			if i < 0 || len(plan.Changes) > 0 {
				t.Fatalf("the problems are:\n%v", problems)
			}
			if got := say.Of("%s %s", problems[i].Summary, problems[i].Todo); !strings.Contains(got.String(),
				test.says) {
				t.Errorf("%q does not say %q", got, test.says)
			}
		})
	}
}

func TestAllProblemsAreFoundAtOnce(t *testing.T) {
	s := minimal()
	s.Provider.AuthorizationFlow, s.Provider.SigningKey = new("none"), new("none")
	s.Provider.ScopeMappings = []string{"none"}
	s.Access = &link.Access{Groups: []string{"none"}}
	s.PocketBase.Slot, s.PocketBase.MapName = new("oidc"), new("none")
	w := newWorld()
	elements(w, foreign("oidc", "a", "https://elsewhere.company/"))
	_, problems := w.plan(s, generated(1))
	var fields []string
	for _, p := range problems {
		fields = append(fields, p.Field)
	}
	want := []string{"provider.authorization_flow", "provider.signing_key", "provider.scope_mappings.0",
		"access.groups.0", "pocketbase.slot", "pocketbase.map_name"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("the fields (want -, got +):\n%s", diff)
	}
}

func TestTheSigningKeyIsChosen(t *testing.T) {
	only := func(names ...string) func(*world) {
		return func(w *world) {
			w.keys = slices.DeleteFunc(w.keys, func(k link.Key) bool { return !slices.Contains(names, k.Name) })
		}
	}
	now := func(id string) func(*world) {
		return func(w *world) { w.providers[0].SigningKey = link.Ref{ID: id} }
	}
	for name, test := range map[string]struct {
		world     func(*world)
		want      string
		generates bool
	}{
		"authentik's own of several": {want: selfSigned},
		"the first that would do":    {world: only("a dsa key", "an ec key"), want: "an ec key"},
		"a new one when none would do": {world: only("an ed25519 key", "a dsa key"),
			want: "authpocket signing key", generates: true},
		"a new one when there is none": {world: only(), want: "authpocket signing key",
			generates: true},
		"a new one beside keys that have its name": {world: func(w *world) {
			w.keys = []link.Key{key("authpocket signing key", "ed25519"), key("authpocket signing key 2", "dsa")}
		}, want: "authpocket signing key 3", generates: true},
		"the one that an earlier run made": {world: func(w *world) {
			w.keys = append(w.keys[:2],
				key("authpocket signing key", "rsa"))
		}, want: "authpocket signing key"},
		"a key of an unknown type is given the benefit": {world: func(w *world) { w.keys = []link.Key{key("odd", "")} },
			want: "odd"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if test.world != nil {
				test.world(w)
			}
			plan := mustPlan(t, w, minimal())
			if got := plan.Desired.Provider.SigningKey.Name; got != test.want ||
				(plan.Desired.Key != nil) != test.generates {
				t.Errorf("got %q, generated: %v", got, plan.Desired.Key)
			}
		})
	}
	for name, test := range map[string]struct {
		world func(*world)
		want  string // "" for no change
	}{
		"the one that is there stays":           {now("key-an ec key"), ""},
		"one that breaks discovery is replaced": {now("key-an ed25519 key"), selfSigned},
		"none is replaced":                      {now(""), selfSigned},
		"one that nobody can see is replaced":   {now("key-gone"), selfSigned},
		"one stays that the token may not list": {func(w *world) {
			now("key-x")(w)
			w.keys, w.missing = nil, []report.Permission{"authentik_crypto.view_certificatekeypair"}
		}, ""},
		"a key the token sees a part of stays by its ID": {
			func(w *world) { now("key-" + selfSigned)(w); w.keys = w.keys[3:] }, ""},
	} {
		t.Run("of a link that is there: "+name, func(t *testing.T) {
			w := linkedWorld(t, minimal())
			test.world(w)
			plan := mustPlan(t, w, minimal())
			var got any
			for _, c := range plan.Changes {
				if f := pick(c.Fields, func(f link.Field) bool { return f.Name == "signing_key" }); f != nil {
					got = plain(f.After)
				}
			}
			if test.want == "" && !plan.Empty() || test.want != "" && got != test.want {
				t.Errorf("the plan is\n%s", show(plan))
			}
		})
	}
}

func TestWhatTheTokenCannotSeeStays(t *testing.T) {
	w := linkedWorld(t, minimal())
	p := &w.providers[0]
	p.Mappings = append(p.Mappings, link.Ref{ID: "mapping-hidden"})
	p.AuthorizationFlow = link.Ref{ID: "flow-hidden"}
	p.AuthenticationFlow = link.Ref{ID: "flow-hidden too"}
	if plan := mustPlan(t, w, minimal()); !plan.Empty() {
		t.Errorf("the plan is\n%s", show(plan))
	}
	s := specWith(func(s *link.Spec) {
		s.Provider.ScopeMappings, s.Application.Group = []string{"groups"},
			new("Tools")
	})
	mustApply(t, w, mustPlan(t, w, s))
	if !slices.Contains(w.providers[0].Mappings, link.Ref{ID: "mapping-hidden"}) {
		t.Errorf("the mappings are %v", w.providers[0].Mappings)
	}
}

func TestGrantTypesAreSeenTo(t *testing.T) {
	for name, test := range map[string]struct {
		features bool
		edit     func(*link.Spec)
		now      []string
		want     []string
	}{
		"the code grant on a new provider": {features: true, want: []string{"authorization_code"}},
		"refresh tokens only with their scope": {features: true,
			edit: func(s *link.Spec) { s.Provider.ScopeMappings = []string{managedOffline} },
			want: []string{"authorization_code", "refresh_token"}},
		"nothing on a server without the field": {features: false},
		"the code grant beside those there": {features: true,
			now:  []string{"implicit", "urn:ietf:params:oauth:grant-type:token-exchange"},
			want: []string{"implicit", "urn:ietf:params:oauth:grant-type:token-exchange", "authorization_code"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.features.GrantTypes = test.features
			s := minimal()
			if test.edit != nil {
				test.edit(&s)
			}
			if test.now != nil {
				mustApply(t, w, mustPlan(t, w, s))
				w.providers[0].GrantTypes = test.now
			}
			plan := mustPlan(t, w, s)
			if diff := cmp.Diff(test.want, plan.Desired.Provider.GrantTypes); diff != "" {
				t.Errorf("the grant types (want -, got +):\n%s", diff)
			}
			if !test.features && strings.Contains(show(plan), "grant_types") {
				t.Errorf("the plan is\n%s", show(plan))
			}
		})
	}
}

func TestRedirectURIsAreAddedAndKept(t *testing.T) {
	second := "https://second.company/api/oauth2-redirect"
	w := linkedWorld(t, minimal())
	w.providers[0].RedirectURIs = []link.RedirectURI{
		{URL: "https://elsewhere.company/out", Mode: "strict", Type: "logout"},
		{URL: here, Mode: "strict"}, // of a server that has no types
		{URL: "myapp://x", Mode: "strict", Type: "authorization"},
	}
	if plan := mustPlan(t, w, minimal()); !plan.Empty() {
		t.Errorf("the plan is\n%s", show(plan))
	}
	for name, test := range map[string]struct {
		edit func(*link.Spec)
		want []string
	}{
		"one for each public address": {func(s *link.Spec) {
			s.PocketBaseURLs = []string{"https://second.company",
				pocketbaseURL}
		}, []string{"https://elsewhere.company/out (logout)", here, "myapp://x", second}},
		"a list keeps the logout URIs": {func(s *link.Spec) { s.Provider.RedirectURIs = strict(second) },
			[]string{second, "https://elsewhere.company/out (logout)"}},
		"a list with a logout URI of its own": {func(s *link.Spec) {
			s.Provider.RedirectURIs = append(strict(here), link.RedirectURI{URL: "https://mine.company/out",
				Mode: "strict", Type: "logout"})
		}, []string{here, "https://mine.company/out (logout)"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, s := w.copy(), specWith(test.edit)
			plan := mustPlan(t, w, s)
			if len(plan.Changes) != 1 || len(plan.Changes[0].Fields) != 1 {
				t.Fatalf("the plan is\n%s", show(plan))
			}
			if diff := cmp.Diff(test.want, plain(plan.Changes[0].Fields[0].After)); diff != "" {
				t.Errorf("the redirect URIs (want -, got +):\n%s", diff)
			}
			mustApply(t, w, plan)
			if again := mustPlan(t, w, s); !again.Empty() {
				t.Errorf("a second plan is not empty:\n%s", show(again))
			}
		})
	}
}

func TestTheClientIsMadeConfidential(t *testing.T) {
	w := linkedWorld(t, minimal())
	w.providers[0].ClientType = "public"
	if got := fieldNames(mustPlan(t, w, minimal())); !slices.Equal(got, []string{"provider: client_type"}) {
		t.Errorf("the fields are %v", got)
	}
}

func TestTheIDTokenGetsTheClaims(t *testing.T) {
	w := linkedWorld(t, minimal())
	w.providers[0].IncludeClaims = false
	if plan := mustPlan(t, w, minimal()); !plan.Empty() {
		t.Errorf("without need the plan is\n%s", show(plan))
	}
	plan := mustPlan(t, w, specWith(func(s *link.Spec) { s.PocketBase.UserInfo = new("id_token") }))
	if !slices.Contains(fieldNames(plan), "provider: include_claims_in_id_token") {
		t.Errorf("the plan is\n%s", show(plan))
	}
}

// Terraform compares a provider's mappings in order when it imports it, so those that are attached stay where they are.
func TestMappingsStayInTheirOrder(t *testing.T) {
	s := specWith(func(s *link.Spec) { s.Provider.ScopeMappings = []string{"roles", "groups"} })
	w := linkedWorld(t, s)
	now := w.providers[0].Mappings
	slices.Reverse(now)
	plan := mustPlan(t, w, s)
	if diff := cmp.Diff(now, plan.Desired.Provider.Mappings); diff != "" || !plan.Empty() {
		t.Errorf("the mappings (now -, wanted +):\n%s\n%s", diff, show(plan))
	}
	w.providers[0].Mappings = slices.DeleteFunc(slices.Clone(now), func(r link.Ref) bool { return r.Name == "roles" })
	want := append(slices.Clone(w.providers[0].Mappings), link.Ref{ID: "mapping-roles", Name: "roles"})
	if diff := cmp.Diff(want, mustPlan(t, w, s).Desired.Provider.Mappings); diff != "" {
		t.Errorf("the mappings with a new one (want -, got +):\n%s", diff)
	}
}
