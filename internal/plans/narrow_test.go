package plans_test

import (
	"slices"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/plans"
	"authpocket/internal/report"
	"authpocket/internal/secret"
)

// drifted is a link of which much was changed by hand since.
func drifted(t *testing.T, s link.Spec) *world {
	t.Helper()
	w := linkedWorld(t, s)
	p := &w.providers[0]
	p.RedirectURIs, p.GrantTypes, p.IssuerMode = nil, nil, "global"
	p.Mappings = p.Mappings[:1]
	p.AccessCodeValidity, p.SigningKey = "minutes=9", link.Ref{}
	w.apps[0].Name = "Renamed"
	c := w.collection("users")
	c.CreateRule = nil
	c.OAuth2.Enabled = false
	c.OAuth2.Mapped.Name = ""
	own := &c.OAuth2.Providers[1]
	own.ClientID, own.DisplayName = "of another", "Other"
	own.AuthURL, own.TokenURL, own.UserInfoURL = own.AuthURL+"x", own.TokenURL+"x", own.UserInfoURL+"x"
	return w
}

// TestAPlanForOneCauseHasThatAlone: what else was changed stays as it is, in
// the plan and once it is applied.
func TestAPlanForOneCauseHasThatAlone(t *testing.T) {
	s := minimal()
	s.Existing, s.PocketBase.Slot = link.ExistingUse, new("oidc")
	s.Application.Name, s.Provider.AccessCodeValidity, s.Provider.IssuerMode = new("App"), new("minutes=1"),
		new("per_provider")
	s.PocketBase.DisplayName, s.PocketBase.MapName, s.PocketBase.CreateRule = new("authentik"), new("name"), new("")
	for cause, want := range map[report.CauseID][]string{
		"redirect-mismatch": {"provider: redirect_uris"},
		"grant-types":       {"provider: grant_types"},
		"signing-key":       {"provider: signing_key"},
		"issuer-mismatch":   {"provider: issuer_mode"},
		"missing-scopes":    {"provider: property_mappings"},
		"email-unverified":  {"provider: property_mappings"},
		"unknown-client":    {"auth collection: oidc.clientId", "auth collection: oidc.clientSecret"},
		"user-info-url":     {"auth collection: oidc.userInfoURL"},
		"endpoint-url": {"auth collection: oidc.authURL", "auth collection: oidc.tokenURL",
			"auth collection: oidc.userInfoURL"},
		"create-rule": {"collection rules: createRule"},
		"oauth2-off":  {"auth collection: enabled"},
	} {
		w := drifted(t, s)
		whole := mustPlan(t, w, s)
		plan := plans.Narrow(whole, cause)
		if got := fieldNames(plan); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", cause, got, want)
		}
		a, p := w.observe(s.Query())
		if again, problems := plans.Again(&plan, &a, &p); len(problems) > 0 || show(again) != show(plan) ||
			again.Only != cause {
			t.Errorf("%s: made again it is\n%s, %v", cause, show(again), problems)
		}
		mustApply(t, w, plan)
		left := fieldNames(mustPlan(t, w, s))
		for _, field := range fieldNames(whole) {
			if slices.Contains(left, field) == slices.Contains(want, field) &&
				field != "auth collection: oidc.clientSecret" {
				t.Errorf("%s: once it is applied, is %s left: %v", cause, field, slices.Contains(left, field))
			}
		}
	}
}

func TestTheSecretAloneIsWritten(t *testing.T) {
	w := drifted(t, minimal())
	s := minimal()
	s.PocketBase.RewriteSecret = true
	w.collection("users").OAuth2.Providers[1].ClientID = w.providers[0].ClientID
	if got, want := fieldNames(plans.Narrow(mustPlan(t, w, s), "invalid-client")),
		[]string{"auth collection: oidc.clientSecret"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAPublicClientIsMendedWithItsSecret: authentik checks no secret of one.
func TestAPublicClientIsMendedWithItsSecret(t *testing.T) {
	s := minimal()
	s.Provider.AccessCodeValidity = new("minutes=1")
	w := linkedWorld(t, s)
	s.PocketBase.RewriteSecret = true
	w.providers[0].ClientType, w.providers[0].AccessCodeValidity = "public", "minutes=9"
	if got, want := fieldNames(plans.Narrow(mustPlan(t, w, s), report.CauseInvalidClient)),
		[]string{"provider: client_type", "auth collection: oidc.clientSecret"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAMissingElementIsMadeWhole: one that lacks everything is no use.
func TestAMissingElementIsMadeWhole(t *testing.T) {
	s := minimal()
	s.Existing, s.PocketBase.MapName = link.ExistingUse, new("name")
	w := drifted(t, s)
	c := w.collection("users")
	c.OAuth2.Providers = c.OAuth2.Providers[:1]
	plan := plans.Narrow(mustPlan(t, w, s), "oauth2-off")
	if len(plan.Changes) != 1 || plan.Changes[0].Changed("mappedFields.name") ||
		!plan.Changes[0].Changed("oidc.clientId") || !plan.Changes[0].Changed("oidc.clientSecret") {
		t.Errorf("%s", show(plan))
	}
	if other := plans.Narrow(mustPlan(t, w, s), "user-info-url"); !other.Empty() {
		t.Errorf("%s", show(other))
	}
}

// TestInnerAddressesKeepTheirHost: only the path of a URL that PocketBase
// alone uses is put right.
func TestInnerAddressesKeepTheirHost(t *testing.T) {
	for was, want := range map[string]string{
		"http://authentik-server:9000/application/o/userinfo": "http://authentik-server:9000/application/o/userinfo/",
		"http://authentik:9000/application/o/pocketbase/":     "http://authentik:9000/application/o/userinfo/",
		"http://10.0.0.7/sub/application/o/userinfo?x=1":      "http://10.0.0.7/sub/application/o/userinfo/",
		"http://10.0.0.7/application/o/userinfo/":             "http://10.0.0.7/application/o/userinfo/",
		"http://10.0.0.7/elsewhere/":                          authentikURL + "/application/o/userinfo/",
		"https://other.example/application/o/userinfo":        authentikURL + "/application/o/userinfo/",
	} {
		w := linkedWorld(t, minimal())
		own := &w.collection("users").OAuth2.Providers[1]
		own.UserInfoURL = was
		if got := mustPlan(t, w, minimal()).Desired.Slot.UserInfoURL; got != want {
			t.Errorf("%s becomes %s, want %s", was, got, want)
		}
	}
}

// TestATornSecretIsWrittenWithAnyCause: that the two sides may have different
// secrets shows nowhere but in the spec.
func TestATornSecretIsWrittenWithAnyCause(t *testing.T) {
	s := minimal()
	w := linkedWorld(t, s)
	w.collection("users").OAuth2.Enabled = false
	s.PocketBase.RewriteSecret = true
	if got, want := fieldNames(plans.Narrow(mustPlan(t, w, s), "oauth2-off")), []string{"auth collection: enabled",
		"auth collection: oidc.clientSecret"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The file has another client secret than authentik: PocketBase gets it only if
// authentik does.
func TestAFixWritesASecretToBothSystems(t *testing.T) {
	for _, cause := range []report.CauseID{report.CauseInvalidClient, report.CauseUnknownClient,
		report.CauseUserInfoURL} {
		for _, rewrite := range []bool{false, true} {
			w, s := drifted(t, minimal()), minimal()
			s.Existing, s.PocketBase.Slot, s.PocketBase.RewriteSecret = link.ExistingUse, new("oidc"), rewrite
			s.Provider.ClientSecret = new(secret.New("the client secret of the link file"))
			if cause != report.CauseUnknownClient {
				w.collection("users").OAuth2.Providers[1].ClientID = w.providers[0].ClientID
			}
			mustApply(t, w, plans.Narrow(mustPlan(t, w, s), cause))
			ours, theirs := w.collection("users").OAuth2.Providers[1], w.providers[0]
			if ours.ClientID != theirs.ClientID || !ours.ClientSecret.Equal(theirs.ClientSecret) {
				t.Errorf("%s, rewrite %v: PocketBase has client %q, authentik %q; same secret: %v", cause, rewrite,
					ours.ClientID, theirs.ClientID, ours.ClientSecret.Equal(theirs.ClientSecret))
			}
		}
	}
}
