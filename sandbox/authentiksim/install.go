package authentiksim

import (
	"crypto"
	"embed"
	"fmt"
	"strings"
	"time"
)

const (
	authenticationFlow = "default-authentication-flow"
	invalidationFlow   = "default-invalidation-flow"
	implicitFlow       = "default-provider-authorization-implicit-consent"
	explicitFlow       = "default-provider-authorization-explicit-consent"
)

//go:embed install/*.py
var expressions embed.FS

// expressionOf is the source of a managed scope mapping.
func expressionOf(name string) string {
	source, err := expressions.ReadFile("install/" + name + ".py")
	if err != nil {
		panic(fmt.Sprintf("reading the expression %s: %v", name, err)) // it is compiled in
	}
	return strings.TrimSuffix(string(source), "\n")
}

// install is the state of an authentik nobody has changed yet.
func (s *Server) install() *state {
	st := newState()
	st.settings, st.brand = defaultSettings(), brand{pk: newID()}
	st.lastPermission = 298
	st.installFlows()
	st.installMappings()
	st.installPolicies()
	s.installPeople(st)
	return st
}

func (st *state) installFlows() {
	consent := []string{newID()}
	for _, f := range []Flow{
		{Slug: authenticationFlow, Name: "Welcome to authentik!", Title: "Welcome to authentik!",
			Designation: "authentication", Authentication: "none", Stages: []string{newID(), newID(), newID(), newID()}},
		{Slug: invalidationFlow, Name: "Logout", Title: "Default Invalidation Flow",
			Designation: "invalidation", Authentication: "none", Stages: []string{newID()}},
		{Slug: "default-password-change", Name: "Change Password", Title: "Change password",
			Designation: "stage_configuration", Authentication: "require_authenticated", Stages: []string{newID(), newID()}},
		{Slug: explicitFlow, Name: "Authorize Application", Title: "Redirecting to %(app)s",
			Designation: "authorization", Authentication: "require_authenticated", Stages: consent},
		{Slug: implicitFlow, Name: "Authorize Application", Title: "Redirecting to %(app)s",
			Designation: "authorization", Authentication: "require_authenticated", Stages: []string{}},
		{Slug: "default-provider-invalidation-flow", Name: "Logged out of application",
			Title: "You've logged out of %(app)s.", Designation: "invalidation", Authentication: "none", Stages: []string{}},
		{Slug: "default-user-settings-flow", Name: "User settings", Title: "Update your info",
			Designation: "stage_configuration", Authentication: "require_authenticated", Stages: []string{newID(), newID()}},
	} {
		f.PK, f.BindingPK = newID(), newID()
		st.flows.put(f.PK, &f)
	}
}

func (st *state) installMappings() {
	for _, m := range []ScopeMapping{
		{Managed: "openid", Name: "OpenID 'openid'", ScopeName: "openid"},
		{Managed: "profile", Name: "OpenID 'profile'", ScopeName: "profile", Description: "General Profile Information"},
		{Managed: "email", Name: "OpenID 'email'", ScopeName: "email", Description: "Email address"},
		{Managed: "entitlements", Name: "Application Entitlements", ScopeName: "entitlements",
			Description: "Application entitlements"},
		{Managed: "offline_access", Name: "OpenID 'offline_access'", ScopeName: "offline_access",
			Description: "Access to request new tokens without interaction"},
		{Managed: "authentik_api", Name: "authentik API access", ScopeName: "goauthentik.io/api",
			Description: "authentik API Access on behalf of your user"},
	} {
		m.PK, m.Expression = newID(), expressionOf("scope-"+m.Managed)
		m.Managed = "goauthentik.io/providers/oauth2/scope-" + m.Managed
		m.Name = "authentik default OAuth Mapping: " + m.Name
		st.mappings.put(m.PK, &m)
	}
}

func (st *state) installPolicies() {
	const unknown = "# This simulated authentik lists policies; it does not have their expressions.\nreturn True"
	expression := func(name string) {
		p := Policy{PK: newID(), Name: name, Component: "ak-policy-expression-form", Verbose: "Expression Policy",
			VerbosePlural: "Expression Policies", Model: "authentik_policies_expression.expressionpolicy", BoundTo: 1,
			More: obj{"expression": unknown}}
		st.policies.put(p.PK, &p)
	}
	expression("default-authentication-flow-authenticator-validate-stage")
	expression("default-authentication-flow-password-stage")
	expression("default-user-settings-authorization")
	password := Policy{PK: newID(), Name: "default-password-change-password-policy", Component: "ak-policy-password-form",
		Verbose: "Password Policy", VerbosePlural: "Password Policies",
		Model: "authentik_policies_password.passwordpolicy", BoundTo: 1,
		More: obj{"password_field": "password", "amount_digits": 0, "amount_uppercase": 0, "amount_lowercase": 0,
			"amount_symbols": 0, "length_min": 8, "symbol_charset": "!\\\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ",
			"error_message": "Password needs to be 8 characters or longer.", "check_static_rules": true,
			"check_have_i_been_pwned": false, "check_zxcvbn": true, "hibp_allowed_count": 0, "zxcvbn_score_threshold": 2}}
	st.policies.put(password.PK, &password)
}

// installPeople makes the anonymous user, akadmin with its token, and the two
// groups of a fresh install.
func (s *Server) installPeople(st *state) {
	c := &call{Server: s, st: st}
	anonymous := c.freshUser()
	anonymous.Username, anonymous.Name = anonymousName, ""
	st.addUser(anonymous)
	st.lastUser = 2 // the worker's user has the number between
	admin := c.freshUser()
	admin.Username, admin.Name, admin.Email = "akadmin", "authentik Default Admin", "admin@example.com"
	admin.password = randomText(20)
	st.addUser(admin)

	role := newRole("authentik Read-only")
	for _, name := range viewPermissions() {
		role.Permissions[name] = true
	}
	st.roles.put(role.PK, role)
	for _, g := range []Group{
		{Name: "authentik Admins", Superuser: true, Users: []int{admin.PK}, Roles: []string{}, Attributes: obj{}},
		{Name: "authentik Read-only", Users: []int{}, Roles: []string{role.PK}, Attributes: obj{
			"notes": "An group with an auto-generated role that allows read-only permissions on all objects.\n"}},
	} {
		g.PK, g.Parents = newID(), []string{}
		st.groups.put(g.PK, &g)
	}
	token := &Token{PK: newID(), Identifier: "authentik-bootstrap-token", Intent: "api", User: admin.PK, key: s.cfg.AdminToken}
	st.tokens.put(token.Identifier, token)
}

// viewPermissions are the permissions to see each noun the simulator has.
func viewPermissions() []string {
	return []string{
		flowResource.permission("view"), keyResource.permission("view"), mappingResource.permission("view"),
		groupResource.permission("view"), userResource.permission("view"), tokenResource.permission("view"),
		roleResource.permission("view"), applicationResource.permission("view"), providerResource.permission("view"),
		allProviders.permission("view"), bindingResource.permission("view"), policyResource.permission("view"),
		eventResource.permission("view"), "authentik_core.view_propertymapping",
	}
}

// ensureSelfSigned makes the certificate every install has, when somebody first
// asks for key pairs. Only a broken random source or an unusable key of Config
// can keep it from it.
func (s *Server) ensureSelfSigned() {
	if s.selfSigned {
		return
	}
	var key crypto.Signer = s.cfg.SigningKey
	var err error
	if s.cfg.SigningKey == nil {
		key, err = newSigner("rsa")
	}
	var pair *KeyPair
	if err == nil {
		pair, err = s.pairOf(selfSigned, key, 365*24*time.Hour)
	}
	if err != nil {
		panic(fmt.Sprintf("making the self-signed certificate: %v", err))
	}
	s.state.keys.put(pair.PK, pair)
	s.selfSigned = true
}
