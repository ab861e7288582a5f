package signins

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine/signins"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// idTokens has PocketBase use the ID token with all checks.
func idTokens(_ *idp, s *link.Spec) {
	mode, jwks := "id_token", s.AuthentikURL+"/application/o/"+*s.Application.Slug+"/jwks/"
	s.PocketBase.UserInfo, s.PocketBase.JWKSURL = &mode, &jwks
	s.PocketBase.Issuers = []string{s.AuthentikURL + "/application/o/" + *s.Application.Slug + "/"}
}

func strict(urls ...string) []any {
	list := []any{}
	for _, one := range urls {
		list = append(list, map[string]any{"matching_mode": "strict", "url": one})
	}
	return list
}

func troublesAtAuthentik() []trouble {
	return []trouble{
		{name: "application without provider", cause: "discovery", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.discovery", "authentik.jwks", "authentik.client", "authentik.settings",
				report.CheckSignIn},
			spoil: func(l *linked) { l.patchApplication(map[string]any{"provider": nil}) }},
		{name: "application deleted", cause: "discovery", checks: []report.CheckID{"authentik.discovery",
			"authentik.settings"},
			spoil: func(l *linked) { l.a.call("DELETE", "/core/applications/"+l.d.Application.Slug+"/", nil) }},
		{name: "issuer mode", cause: "issuer-mismatch", stage: signin.StageUserInfo, spec: idTokens,
			checks: []report.CheckID{"authentik.issuer", "authentik.endpoints", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"issuer_mode": "global"}) }},
		{name: "ed25519 key", cause: "signing-key", stage: signin.StageToken,
			checks: []report.CheckID{"authentik.discovery", "authentik.jwks", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"signing_key": l.key("ed25519")}) }},
		{name: "no key", cause: "signing-key", stage: signin.StageUserInfo, spec: idTokens,
			checks: []report.CheckID{"authentik.jwks", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"signing_key": nil}) }},
		{name: "ec key and id tokens", cause: "signing-key", stage: signin.StageUserInfo, spec: idTokens,
			checks: []report.CheckID{"authentik.jwks", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"signing_key": l.key("ecdsa")}) }},
		{name: "ec key wanted", cause: "signing-key", stage: signin.StageUserInfo,
			checks: []report.CheckID{"authentik.jwks", report.CheckSignIn},
			spec: func(a *idp, s *link.Spec) {
				idTokens(a, s)
				name := "an EC key of ours"
				if _, err := a.sim.AddKeyPair(name, "ecdsa", time.Hour); err != nil {
					a.t.Error(err)
				}
				s.Provider.SigningKey = &name
			}},
		{name: "no grant types", cause: "grant-types", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.grants", "authentik.redirect", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"grant_types": []any{"refresh_token"}}) }},
		{name: "redirect uri with a slash", cause: "redirect-mismatch", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.redirect", report.CheckSignIn},
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"redirect_uris": strict(link.RedirectURL(l.pb.URL()) + "/")})
			}},
		{name: "redirect uri with https", cause: "redirect-mismatch", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.redirect", report.CheckSignIn},
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"redirect_uris": strict("https" +
					link.RedirectURL(l.pb.URL())[len("http"):])})
			}},
		{name: "redirect uri at the token", cause: "redirect-mismatch", stage: signin.StageToken,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
				if err != nil {
					l.t.Error(err)
				}
				b := newBrowser("")
				back, err := b.signIn(l.t.Context(), s, l.username)
				if err != nil {
					l.t.Error(err)
				}
				b.close()
				s.RedirectURL = "http://elsewhere.invalid/api/oauth2-redirect"
				return l.verdict(s, back)
			}},
		{name: "no redirect uri left", cause: "redirect-mismatch", checks: []report.CheckID{"authentik.redirect"},
			spoil: func(l *linked) { l.patchProvider(map[string]any{"redirect_uris": []any{}}) }},
		{name: "client id in pocketbase", cause: "unknown-client", stage: signin.StageAuthentik,
			checks: []report.CheckID{"pocketbase.client-id", report.CheckSignIn},
			spoil: func(l *linked) {
				l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.ClientId = "of-nobody" })
			}},
		{name: "client id in authentik", cause: "unknown-client", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.client", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"client_id": "changed"}) }},
		{name: "another authentik at the public address", cause: "unknown-client",
			checks: []report.CheckID{"authentik.redirect"},
			spoil:  func(l *linked) { l.d.AuthentikURL = newIDP(l.t, authentiksim.Config{}, nil).url }},
		{name: "a flow for sources", cause: "flow", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.flows", report.CheckSignIn},
			spoil: func(l *linked) {
				l.patchProvider(map[string]any{"authentication_flow": l.a.sim.AddSourceFlow()})
			}},
		{name: "inactive account", cause: "person-inactive", checks: []report.CheckID{"authentik.person"},
			spoil: func(l *linked) {
				l.signInAs("gone", "gone@example.com")
				l.a.call("PATCH", "/core/users/"+strconv.Itoa(l.person)+"/", map[string]any{"is_active": false})
			}},
		{name: "codes that are valid for no time", cause: "validity", stage: signin.StageToken,
			checks: []report.CheckID{"authentik.validity", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"access_code_validity": "seconds=0"}) }},
		{name: "a mapping that raises", cause: "mapping-fails", stage: signin.StageRecord,
			checks: []report.CheckID{"authentik.claims", "prediction", report.CheckSignIn},
			spoil: func(l *linked) {
				l.attachMapping("email", `return {"email": request.user.attributes["mail"], "email_verified": True}`)
			}},
		{name: "an empty subject", cause: "no-subject", stage: signin.StageRecord,
			checks: []report.CheckID{report.CheckSignIn},
			spoil: func(l *linked) {
				l.setURLs("", answering(l.t, http.StatusOK, "application/json",
					`{"sub":"","email":"ada@example.com","email_verified":true}`)+userInfo)
			}},
		{name: "a name that is a list", cause: "claim-type", stage: signin.StageUserInfo,
			checks: []report.CheckID{"authentik.claims", "prediction", report.CheckSignIn},
			spoil:  func(l *linked) { l.attachMapping("profile", `return {"name": ["Ada"]}`) }},
		{name: "not bound", cause: "no-access", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.access",
				"prediction", report.CheckSignIn},
			spoil: func(l *linked) {
				group := l.a.sim.AddGroup("others of " + l.name)
				l.a.call("POST", "/policies/bindings/", map[string]any{"target": l.d.Application.PK, "group": group,
					"order": 0})
			}},
		{name: "access denied", cause: "no-access", stage: signin.StageAuthentik,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
				if err != nil {
					l.t.Error(err)
				}
				return l.verdict(s, signin.Return{Error: "access_denied"})
			}},
		{name: "a wrong password", cause: "credentials", stage: signin.StageAuthentik,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict { return l.signInWithout("another password") }},
		{name: "not active", cause: "person-inactive", stage: signin.StageAuthentik,
			checks: []report.CheckID{"authentik.person", report.CheckSignIn},
			spoil: func(l *linked) {
				l.signInAs("idle", "idle@example.com")
				l.a.sim.Deactivate(l.person)
			},
			signIn: func(l *linked) signin.Verdict { return l.signInWithout(password) }},
		{name: "no openid scope", cause: "missing-scopes", stage: signin.StageUserInfo,
			checks: []report.CheckID{"authentik.scopes", report.CheckSignIn},
			spoil:  func(l *linked) { l.patchProvider(map[string]any{"property_mappings": []any{}}) }},
	}
}

// attachMapping replaces the provider's mapping of a scope with one of that expression.
func (l *linked) attachMapping(scope, expression string) {
	attached := []any{l.a.sim.AddScopeMapping(scope+" of "+l.name, scope, expression)}
	now := l.a.call("GET", "/providers/oauth2/"+strconv.Itoa(l.d.Provider.PK)+"/", nil)["property_mappings"].([]any)
	for _, m := range l.a.sim.Snapshot().ScopeMappings {
		if slices.Contains(now, any(m.PK)) && m.ScopeName != scope {
			attached = append(attached, m.PK)
		}
	}
	l.patchProvider(map[string]any{"property_mappings": attached})
}

// key creates a key pair of that kind.
func (l *linked) key(algorithm string) string {
	pk, err := l.a.sim.AddKeyPair(algorithm+" of "+l.name, algorithm, time.Hour)
	if err != nil {
		l.t.Error(err)
	}
	return pk
}

// troublesOfTheWayBack returns troubles between authentik's response and
// PocketBase's event.
func troublesOfTheWayBack() []trouble {
	return []trouble{
		{name: "closed", cause: "popup-closed", stage: signin.StageAuthentik,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				b := newBrowser("")
				b.password = "" // the login page is closed
				return l.signIn(b, nil)
			}},
		{name: "buffering proxy", cause: "buffered-stream", stage: signin.StageOpened,
			checks: []report.CheckID{"pocketbase.realtime", report.CheckSignIn},
			spec:   func(a *idp, s *link.Spec) { s.PocketBaseURLs = []string{buffering(a.t, s.PocketBaseURLs[0])} }},
		{name: "no event stream", cause: "stream-refused", stage: signin.StageOpened,
			checks: []report.CheckID{"pocketbase.realtime", report.CheckSignIn},
			spec: func(a *idp, s *link.Spec) {
				s.PocketBaseURLs = []string{atRealtime(a.t, s.PocketBaseURLs[0], http.NotFound)}
			}},
		{name: "event stream that ends at once", cause: "stream-broken", stage: signin.StageOpened,
			checks: []report.CheckID{"pocketbase.realtime", report.CheckSignIn},
			spec: func(a *idp, s *link.Spec) {
				s.PocketBaseURLs = []string{atRealtime(a.t, s.PocketBaseURLs[0],
					func(w http.ResponseWriter, _ *http.Request) {
						w.Header().Set("Content-Type", "text/event-stream")
						w.WriteHeader(http.StatusOK)
					})}
			}},
		{name: "event stream that breaks off", cause: "stream-broken", stage: signin.StageCallback,
			checks: []report.CheckID{report.CheckSignIn},
			spec:   func(a *idp, s *link.Spec) { s.PocketBaseURLs = []string{cutting(a.t, s.PocketBaseURLs[0])} }},
		{name: "subscription to another pocketbase", cause: "stream-refused", stage: signin.StageOpened,
			checks: []report.CheckID{report.CheckSignIn},
			spec:   func(a *idp, s *link.Spec) { s.PocketBaseURLs = []string{balancing(a.t, s.PocketBaseURLs[0])} }},
		noticed("the browser gets no answer", signin.MissingUnreachable, "browser-unreachable"),
		noticed("the page may not read the answer", signin.MissingCORS, "cors"),
		noticed("the page is https and PocketBase is not", signin.MissingMixed, "plain-http"),
		{name: "two addresses", cause: "different-ip", stage: signin.StageCallback,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict { return l.signIn(newBrowser("127.0.0.2"), nil) }},
		{name: "another pocketbase", cause: "other-pocketbase", stage: signin.StageCallback,
			checks: []report.CheckID{report.CheckSignIn},
			signIn: func(l *linked) signin.Verdict {
				elsewhere := answering(l.t, http.StatusOK, "text/html", "<p>another server</p>")
				l.patchProvider(map[string]any{"redirect_uris": strict(link.RedirectURL(l.pb.URL()),
					link.RedirectURL(elsewhere))})
				s, err := l.e.SignIns.Start(l.t.Context(), &l.d, link.RedirectURL(elsewhere))
				if err != nil {
					l.t.Error(err)
				}
				s.RealtimeURL = l.pb.URL() + "/api/realtime?authpocket=" + s.ID
				return l.finish(newBrowser(""), s, nil)
			}},
		{name: "plain http", cause: "plain-http", checks: []report.CheckID{"addresses"},
			spoil: func(l *linked) { l.d.Slot.AuthURL = "http://authentik.company/application/o/authorize/" }},
		{name: "authentik ten minutes ahead", cause: "clock", stage: signin.StageUserInfo, spec: idTokens,
			checks: []report.CheckID{"clock", report.CheckSignIn},
			idp: func(l *lab) *idp {
				ahead := func() time.Time { return time.Now().Add(10 * time.Minute) }
				return newIDP(l.t, authentiksim.Config{Now: ahead}, func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Date", ahead().UTC().Format(http.TimeFormat))
						next.ServeHTTP(w, r)
					})
				})
			}},
	}
}

// noticed simulates what only a browser can meet, as reported by the page. The
// browser tests provoke it.
func noticed(name string, missing signin.Missing, cause report.CauseID) trouble {
	return trouble{name: name, cause: cause, stage: signin.StageOpened, checks: []report.CheckID{report.CheckSignIn},
		signIn: func(l *linked) signin.Verdict {
			s, err := l.e.SignIns.Start(l.t.Context(), &l.d, "")
			if err != nil {
				l.t.Error(err)
			}
			return l.verdict(s, signin.Return{Missing: missing})
		}}
}

// verdict finishes a sign-in after its browser part.
func (l *linked) verdict(s signins.Test, r signin.Return) signin.Verdict {
	l.t.Helper()
	v := l.e.SignIns.Finish(l.t.Context(), &l.d, s, r, signins.Expected{Person: l.person}, nil)
	l.holdSecrets(v, r.Code.Reveal(), s.CodeVerifier.Reveal(), l.d.Provider.ClientSecret.Reveal())
	return v
}
