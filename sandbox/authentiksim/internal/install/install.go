// Package install creates the state of a fresh authentik.
package install

import (
	"embed"
	"fmt"
	"strings"
	"time"

	"authpocket/sandbox/authentiksim/internal/store"
)

// The slugs of default flows.
const (
	AuthenticationFlow = "default-authentication-flow"
	InvalidationFlow   = "default-invalidation-flow"
	ImplicitFlow       = "default-provider-authorization-implicit-consent"
	ExplicitFlow       = "default-provider-authorization-explicit-consent"
)

//go:embed *.py
var expressions embed.FS

// Expression returns the source of a managed scope mapping.
func Expression(name string) string {
	source, err := expressions.ReadFile(name + ".py")
	if err != nil {
		panic(fmt.Sprintf("reading the expression %s: %v", name, err)) // it is embedded
	}
	return strings.TrimSuffix(string(source), "\n")
}

// State returns the state of a fresh install: flows, managed scope mappings, policies, users and groups.
func State(now time.Time, adminToken string) *store.State {
	st := store.NewState()
	st.Settings, st.Brand = store.DefaultSettings(), store.Brand{PK: store.NewID()}
	st.LastPermission = 298
	installFlows(st)
	installMappings(st)
	installPolicies(st)
	installPeople(st, now, adminToken)
	return st
}

// AddPicture gives the stock profile mapping the picture claim that it has since 2026.8.
func AddPicture(st *store.State) {
	profile := st.Mappings.Find(func(m *store.ScopeMapping) bool { return m.ScopeName == "profile" })
	profile.Expression = Expression("scope-profile-picture")
}

// AddBaseURL adds the system setting that 2026.8 has, not set yet.
func AddBaseURL(st *store.State) { st.Settings.Values[store.BaseURL] = "" }

func installFlows(st *store.State) {
	for _, f := range []store.Flow{
		{Slug: AuthenticationFlow, Name: "Welcome to authentik!", Title: "Welcome to authentik!",
			Designation: "authentication", Authentication: "none"},
		{Slug: InvalidationFlow, Name: "Logout", Title: "Default Invalidation Flow",
			Designation: "invalidation", Authentication: "none"},
		{Slug: "default-password-change", Name: "Change Password", Title: "Change password",
			Designation: "stage_configuration", Authentication: "require_authenticated"},
		{Slug: ExplicitFlow, Name: "Authorize Application", Title: "Redirecting to %(app)s",
			Designation: "authorization", Authentication: "require_authenticated"},
		{Slug: ImplicitFlow, Name: "Authorize Application", Title: "Redirecting to %(app)s",
			Designation: "authorization", Authentication: "require_authenticated"},
		{Slug: "default-provider-invalidation-flow", Name: "Logged out of application",
			Title: "You've logged out of %(app)s.", Designation: "invalidation", Authentication: "none"},
		{Slug: "default-user-settings-flow", Name: "User settings", Title: "Update your info",
			Designation: "stage_configuration", Authentication: "require_authenticated"},
	} {
		f.PK, f.BindingPK, f.PolicyEngineMode = store.NewID(), store.NewID(), "any"
		st.Flows.Put(f.PK, &f)
	}
	for _, s := range []struct {
		flow, name, kind string
		order            int
	}{
		{AuthenticationFlow, "default-authentication-identification", "identification", 10},
		{AuthenticationFlow, "default-authentication-password", "password", 20},
		{AuthenticationFlow, "default-authentication-mfa-validation", "authenticator_validate", 30},
		{AuthenticationFlow, "default-authentication-login", "user_login", 100},
		{InvalidationFlow, "default-invalidation-logout", "user_logout", 0},
		{"default-password-change", "default-password-change-prompt", "prompt", 0},
		{"default-password-change", "default-password-change-write", "user_write", 1},
		{ExplicitFlow, "default-provider-authorization-consent", "consent", 0},
		{"default-user-settings-flow", "default-user-settings", "prompt", 20},
		{"default-user-settings-flow", "default-user-settings-write", "user_write", 100},
	} {
		st.AddStage(st.FlowBySlug(s.flow), s.name, s.kind, s.order)
	}
}

// SourceFlow adds the flow for people who come from an external identity provider, with its policy, and returns it.
func SourceFlow(st *store.State) *store.Flow {
	f := &store.Flow{PK: store.NewID(), BindingPK: store.NewID(), Slug: "default-source-authentication",
		Name: "Welcome to authentik!", Title: "Welcome to authentik!", Designation: "authentication",
		Authentication: "require_unauthenticated", PolicyEngineMode: "any"}
	st.Flows.Put(f.PK, f)
	st.AddStage(f, "default-source-authentication-login", "user_login", 0)
	p := expressionPolicy(store.SourcePolicy)
	st.Policies.Put(p.PK, p)
	b := store.NewBinding()
	b.Target, b.Policy = f.BindingPK, p.PK
	st.AddBinding(b)
	return f
}

func installMappings(st *store.State) {
	for _, m := range []store.ScopeMapping{
		{Managed: "openid", Name: "OpenID 'openid'", ScopeName: "openid"},
		{Managed: "profile", Name: "OpenID 'profile'", ScopeName: "profile",
			Description: "General Profile Information"},
		{Managed: "email", Name: "OpenID 'email'", ScopeName: "email", Description: "Email address"},
		{Managed: "entitlements", Name: "Application Entitlements", ScopeName: "entitlements",
			Description: "Application entitlements"},
		{Managed: "offline_access", Name: "OpenID 'offline_access'", ScopeName: "offline_access",
			Description: "Access to request new tokens without interaction"},
		{Managed: "authentik_api", Name: "authentik API access", ScopeName: "goauthentik.io/api",
			Description: "authentik API Access on behalf of your user"},
	} {
		m.PK, m.Expression = store.NewID(), Expression("scope-"+m.Managed)
		m.Managed = "goauthentik.io/providers/oauth2/scope-" + m.Managed
		m.Name = "authentik default OAuth Mapping: " + m.Name
		st.Mappings.Put(m.PK, &m)
	}
}

func expressionPolicy(name string) *store.Policy {
	const unknown = "# This simulated authentik lists policies; it does not have their expressions.\nreturn True"
	return &store.Policy{PK: store.NewID(), Name: name, Component: "ak-policy-expression-form",
		Verbose: "Expression Policy", VerbosePlural: "Expression Policies",
		Model: "authentik_policies_expression.expressionpolicy", BoundTo: 1, More: obj{"expression": unknown}}
}

func installPolicies(st *store.State) {
	expression := func(name string) {
		p := expressionPolicy(name)
		st.Policies.Put(p.PK, p)
	}
	expression("default-authentication-flow-authenticator-validate-stage")
	expression("default-authentication-flow-password-stage")
	expression("default-user-settings-authorization")
	password := store.Policy{PK: store.NewID(), Name: "default-password-change-password-policy",
		Component: "ak-policy-password-form", Verbose: "Password Policy", VerbosePlural: "Password Policies",
		Model: "authentik_policies_password.passwordpolicy", BoundTo: 1,
		More: obj{"password_field": "password", "amount_digits": 0, "amount_uppercase": 0, "amount_lowercase": 0,
			"amount_symbols": 0, "length_min": 8, "symbol_charset": "!\\\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ",
			"error_message": "Password needs to be 8 characters or longer.", "check_static_rules": true,
			"check_have_i_been_pwned": false, "check_zxcvbn": true, "hibp_allowed_count": 0,
			"zxcvbn_score_threshold": 2}}
	st.Policies.Put(password.PK, &password)
}

// installPeople adds the anonymous user, akadmin with its token, and the two groups of a fresh install.
func installPeople(st *store.State, now time.Time, adminToken string) {
	anonymous := st.NewUser(now)
	anonymous.Username, anonymous.Name = store.AnonymousName, ""
	st.AddUser(anonymous)
	st.LastUser = 2 // 2 is the worker's user
	admin := st.NewUser(now)
	admin.Username, admin.Name, admin.Email = "akadmin", "authentik Default Admin", "admin@example.com"
	admin.Password = store.RandomText(20)
	st.AddUser(admin)

	role := store.NewRole("authentik Read-only")
	for _, name := range viewPermissions() {
		role.Permissions[name] = true
	}
	st.Roles.Put(role.PK, role)
	for _, g := range []store.Group{
		{Name: "authentik Admins", Superuser: true, Users: []int{admin.PK}, Roles: []string{}, Attributes: obj{}},
		{Name: "authentik Read-only", Users: []int{}, Roles: []string{role.PK}, Attributes: obj{
			"notes": "An group with an auto-generated role that allows read-only permissions on all objects.\n"}},
	} {
		g.PK, g.Parents = store.NewID(), []string{}
		st.Groups.Put(g.PK, &g)
	}
	token := &store.Token{PK: store.NewID(), Identifier: "authentik-bootstrap-token", Intent: "api", User: admin.PK,
		Key: adminToken}
	st.Tokens.Put(token.Identifier, token)
}

// viewPermissions returns the permissions to view each kind of object.
func viewPermissions() []string {
	return []string{
		"authentik_flows.view_flow", "authentik_flows.view_flowstagebinding",
		"authentik_crypto.view_certificatekeypair",
		"authentik_providers_oauth2.view_scopemapping", "authentik_core.view_group", "authentik_core.view_user",
		"authentik_core.view_token", "authentik_rbac.view_role", "authentik_core.view_application",
		"authentik_providers_oauth2.view_oauth2provider", "authentik_core.view_provider",
		"authentik_policies.view_policybinding", "authentik_policies.view_policy", "authentik_events.view_event",
		"authentik_core.view_propertymapping",
	}
}

// obj is a JSON object.
type obj = map[string]any
