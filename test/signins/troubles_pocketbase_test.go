package signins

import (
	"net/http"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

const token, userInfo = "/application/o/token/", "/application/o/userinfo/"

// troublesOfReach returns troubles in PocketBase's own connection to authentik, at
// the token URL and at the user-info URL.
func troublesOfReach() []trouble {
	list := []trouble{
		{name: "wrong public address", cause: "unreachable", checks: []report.CheckID{"authentik.discovery",
			"authentik.jwks", "authentik.redirect", "authentik.client"},
			spoil: func(l *linked) { l.d.AuthentikURL = "http://127.0.0.1:1" }},
		{name: "page at the public address", cause: "html-instead-of-json",
			checks: []report.CheckID{"authentik.discovery", "authentik.jwks", "authentik.redirect", "authentik.client"},
			spoil: func(l *linked) {
				l.d.AuthentikURL = answering(l.t, http.StatusOK, "text/html", "<html>Sign in here first</html>")
			}},
	}
	for _, one := range []struct {
		name  string
		cause report.CauseID
		base  func(*linked) string
	}{
		{"closed port", "unreachable", func(*linked) string { return "http://127.0.0.1:1" }},
		{"no such host", "dns", func(*linked) string { return "http://authentik.invalid" }},
		{"own authority", "private-ca", ownCA},
		{"no tls on the port", "tls", func(l *linked) string { return strings.Replace(l.a.url, "http:", "https:", 1) }},
		{"bad gateway", "proxy", func(l *linked) string {
			return answering(l.t, http.StatusBadGateway, "text/html",
				"<html>502</html>")
		}},
		{"firewall", "waf", func(l *linked) string {
			return answering(l.t, http.StatusForbidden, "text/html", "<html><title>Just a moment...</title></html>")
		}},
		{"failing", "authentik-error", func(l *linked) string {
			return answering(l.t, http.StatusInternalServerError, "text/html", "<html>Server Error</html>")
		}},
	} {
		list = append(list,
			trouble{name: one.name + " at the token url", cause: one.cause, stage: signin.StageToken,
				checks: []report.CheckID{"pocketbase.probe", report.CheckSignIn},
				spoil:  func(l *linked) { l.setURLs(one.base(l)+token, "") }},
			trouble{name: one.name + " at the user info url", cause: one.cause, stage: signin.StageUserInfo,
				checks: []report.CheckID{report.CheckSignIn},
				spoil:  func(l *linked) { l.setURLs("", one.base(l)+userInfo) }})
	}
	return append(list,
		trouble{name: "page at the token url", cause: "html-instead-of-json", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.probe", report.CheckSignIn},
			spoil: func(l *linked) {
				l.setURLs(answering(l.t, http.StatusOK, "text/html", "<html>Sign in here first</html>")+token, "")
			}},
		trouble{name: "something odd at the token url", cause: report.CauseUnknown, stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.probe", report.CheckSignIn},
			spoil: func(l *linked) {
				l.setURLs(answering(l.t, http.StatusBadRequest, "application/json", `{"error":"out_of_cheese"}`)+token,
					"")
			}},
		trouble{name: "grant refused at the token url", cause: "grant-types", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.probe", report.CheckSignIn},
			spoil: func(l *linked) {
				l.setURLs(answering(l.t, http.StatusBadRequest, "application/json", `{"error":"unauthorized_client"}`)+
					token, "")
			}})
}

func troublesOfTheExchange() []trouble {
	off := func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.OAuth2.Enabled = false }
	return []trouble{
		{name: "collection renamed", cause: "collection-missing", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.auth-methods", "pocketbase.settings", "pocketbase.rules",
				"pocketbase.collection", "pocketbase.probe", report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				return l.signInAnd(l.remove)
			}},
		{name: "oauth2 off", cause: "oauth2-off", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.auth-methods", "pocketbase.probe", report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict { return l.signInAnd(func() { l.spoil(off) }) }},
		{name: "provider in another slot", cause: "oauth2-off", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.auth-methods", "pocketbase.settings", "pocketbase.probe",
				report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				return l.signInAnd(func() {
					l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.Name = "oidc3" })
				})
			}},
		{name: "token url changed", cause: "settings-differ", checks: []report.CheckID{"pocketbase.settings"},
			spoil: func(l *linked) {
				l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.TokenURL += "x" })
			}},
		{name: "button and challenge changed", cause: "settings-differ", checks: []report.CheckID{"pocketbase.auth-url",
			"pocketbase.display-name", "pocketbase.pkce"},
			spoil: func(l *linked) {
				l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
					off := false
					own.DisplayName, own.PKCE, own.AuthURL = "Other", &off, own.AuthURL+"x"
				})
			}},
		{name: "validity and binding changed", cause: "settings-differ", checks: []report.CheckID{"authentik.settings",
			"authentik.bindings"},
			spec: func(_ *idp, s *link.Spec) { s.Access = &link.Access{Users: []string{"ada"}} },
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"access_code_validity": "minutes=9"})
				l.a.call("DELETE", "/policies/bindings/"+l.d.Bindings[0].PK+"/", nil)
			}},
		{name: "hook that changes the address", cause: "settings-differ", stage: signin.StageRecord,
			checks: []report.CheckID{report.CheckSignIn},
			spoil: func(l *linked) {
				l.pb.App().OnRecordCreate(l.name).BindFunc(func(e *core.RecordEvent) error {
					e.Record.SetEmail("hooked@example.com")
					return e.Next()
				})
			}},
		{name: "token url without slash", cause: "endpoint-url", stage: signin.StageToken,
			checks: []report.CheckID{"authentik.endpoints", "pocketbase.probe", report.CheckSignIn},
			spoil:  func(l *linked) { l.setURLs(strings.TrimSuffix(l.a.url+token, "/"), "") }},
		{name: "secret in pocketbase", cause: "invalid-client", stage: signin.StageToken,
			checks: []report.CheckID{"pocketbase.probe", report.CheckSignIn},
			spoil: func(l *linked) {
				l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
					own.ClientSecret = "of another provider"
				})
			}},
		{name: "secret in authentik", cause: "invalid-client", stage: signin.StageToken,
			checks: []report.CheckID{"authentik.client", "pocketbase.probe", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"client_secret": "rotated"}) }},
		{name: "code of nobody", cause: "code-refused", stage: signin.StageToken,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
				if err != nil {
					l.t.Error(err)
				}
				return l.verdict(s, signin.Return{Code: secret.New("0123456789abcdef0123456789abcdef")})
			}},
		{name: "user info at the application", cause: "user-info-url", stage: signin.StageRecord,
			checks: []report.CheckID{"authentik.endpoints", report.CheckSignIn},
			spoil:  func(l *linked) { l.setURLs("", l.a.url+"/application/o/"+l.d.Application.Slug+"/") }},
		{name: "page at the user info url", cause: "user-info-url", stage: signin.StageUserInfo,
			checks: []report.CheckID{report.CheckSignIn},
			spoil:  func(l *linked) { l.setURLs("", answering(l.t, http.StatusOK, "text/html", "<html>")+userInfo) }},
		{name: "rate limit", cause: "rate-limit", stage: signin.StageToken,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				l.signIn(newBrowser(""), nil)
				return l.signIn(newBrowser(""), nil)
			}},
	}
}

// limitSignIns limits the collection of its trouble to one sign-in.
func limitSignIns(s *core.Settings) {
	s.RateLimits.Enabled = true
	s.RateLimits.Rules = []core.RateLimitRule{{Label: identifier("rate limit") + ":auth", Duration: 600,
		MaxRequests: 1}}
}

// signInAnd signs the person in up to the code, and changes the link before
// PocketBase exchanges it.
func (l *linked) signInAnd(spoil func()) signin.Verdict {
	l.t.Helper()
	s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
	if err != nil {
		l.t.Error(err)
		return signin.Verdict{}
	}
	b := newBrowser("")
	defer b.close()
	back, err := b.signIn(l.t.Context(), s, l.username)
	if err != nil {
		l.t.Error(err)
		return signin.Verdict{}
	}
	spoil()
	return l.verdict(s, back)
}

func troublesOfTheRecord() []trouble {
	rule := func(change func(c *core.Collection)) func(*linked) {
		return func(l *linked) {
			l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { change(c) })
		}
	}
	withRules := []report.CheckID{"pocketbase.rules", "pocketbase.collection", "prediction", report.CheckSignIn}
	return []trouble{
		{name: "managed mapping", cause: "email-unverified", stage: signin.StageRecord,
			checks: []report.CheckID{"authentik.email", "prediction", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"property_mappings": l.managedMappings()}) }},
		{name: "left as it is", cause: "email-unverified", stage: signin.StageRecord,
			checks: []report.CheckID{"pocketbase.rules", "prediction", report.CheckSignIn},
			spec:   func(_ *idp, s *link.Spec) { s.Email = link.EmailLeave }},
		{name: "not verified and not required", cause: "email-unverified", stage: signin.StageRecord,
			checks: []report.CheckID{"authentik.email", report.CheckSignIn},
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"property_mappings": l.managedMappings()})
				l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
					c.Fields.GetByName("email").(*core.EmailField).Required = false
				})
			}},
		{name: "no address", cause: "email-blank", stage: signin.StageRecord,
			checks: []report.CheckID{"authentik.email",
				"prediction", report.CheckSignIn},
			spoil: func(l *linked) { l.signInAs("nameless", "") }},
		{name: "create rule", cause: "create-rule", stage: signin.StageRecord, checks: withRules,
			spoil: rule(func(c *core.Collection) { c.CreateRule = nil })},
		{name: "create rule that does not hold", cause: "create-rule", stage: signin.StageRecord,
			checks: []report.CheckID{"pocketbase.rules", "pocketbase.collection", report.CheckSignIn},
			spoil:  rule(func(c *core.Collection) { c.CreateRule = text(`@request.context = "password"`) })},
		{name: "auth rule", cause: "auth-rule", stage: signin.StageRecord, checks: withRules,
			spoil: rule(func(c *core.Collection) { c.AuthRule = nil })},
		{name: "auth rule that does not hold", cause: "auth-rule", stage: signin.StageRecord,
			checks: []report.CheckID{"pocketbase.rules", "pocketbase.collection", report.CheckSignIn},
			spoil:  rule(func(c *core.Collection) { c.AuthRule = text(`verified = false`) })},
		{name: "second factor", cause: "mfa", stage: signin.StageRecord, checks: withRules,
			spoil: rule(func(c *core.Collection) { c.MFA.Enabled, c.MFA.Duration = true, 600 })},
		{name: "linked with another subject", cause: "other-subject", stage: signin.StageRecord,
			checks: []report.CheckID{"prediction", report.CheckSignIn},
			spoil:  func(l *linked) { l.connectTo(l.record("ada@example.com", true), "the subject of before") }},
		{name: "same address in capitals", cause: "duplicate-email", stage: signin.StageRecord,
			checks: []report.CheckID{"prediction", report.CheckSignIn},
			spoil: func(l *linked) {
				l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
					c.AddIndex("any_case_of_"+l.name, true, "email COLLATE NOCASE", "")
				})
				l.record("Ada@Example.com", true)
			}},
		{name: "required field", cause: "required-field", stage: signin.StageRecord,
			checks: []report.CheckID{"pocketbase.rules", "prediction", report.CheckSignIn},
			spoil:  rule(func(c *core.Collection) { c.Fields.Add(&core.TextField{Name: "phone", Required: true}) })},
		{name: "name too long", cause: "mapped-field", stage: signin.StageRecord,
			checks: []report.CheckID{"prediction", report.CheckSignIn},
			spoil:  rule(func(c *core.Collection) { c.Fields.GetByName("name").(*core.TextField).Max = 3 })},
		{name: "address of another domain", cause: "email-refused", stage: signin.StageRecord,
			checks: []report.CheckID{"pocketbase.rules", "prediction", report.CheckSignIn},
			spoil: rule(func(c *core.Collection) {
				c.Fields.GetByName("email").(*core.EmailField).OnlyDomains = []string{"corp.example"}
			})},
		{name: "user name that does not fit", cause: "username-dropped", stage: signin.StageRecord,
			checks: []report.CheckID{"prediction", report.CheckSignIn},
			spoil: rule(func(c *core.Collection) {
				c.Fields.Add(&core.TextField{Name: "username", Required: true, Pattern: "^[0-9]+$"})
				c.OAuth2.MappedFields.Username = "username"
			})},
		{name: "account that breaks a field's options", cause: "account-fields", stage: signin.StageRecord,
			checks: []report.CheckID{"prediction", report.CheckSignIn},
			spoil: func(l *linked) {
				l.record("ada@example.com", false)
				l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) {
					c.Fields.GetByName("name").(*core.TextField).Required = true
				})
			}},
	}
}

func text(s string) *string { return &s }

// managedMappings returns authentik's three default mappings.
func (l *linked) managedMappings() []any {
	var list []any
	for _, scope := range []string{"openid", "profile", "email"} {
		got := l.a.call("GET", "/propertymappings/provider/scope/?managed=goauthentik.io/providers/oauth2/scope-"+scope,
			nil)
		for _, one := range got["results"].([]any) {
			list = append(list, one.(map[string]any)["pk"])
		}
	}
	return list
}
