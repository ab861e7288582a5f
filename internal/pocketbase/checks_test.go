package pocketbase

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
)

// desired returns a link of our provider to the users collection as it is.
func desired(t testing.TB, c *Client) link.Desired {
	t.Helper()
	users := observe(t, c)
	collection := pbtest.With(users, new(pbtest.Ours()))
	return link.Desired{
		AuthentikURL: "https://authentik.company", PocketBaseURL: c.URL(), Email: link.EmailTrustAll,
		Collection: *collection, Slot: pbtest.Ours(),
		Provider: link.ProviderState{ClientID: "ours-id",
			RedirectURIs: []link.RedirectURI{{URL: link.RedirectURL(c.URL()), Mode: "strict"}}},
	}
}

// linked returns a server that has our provider, its client and recorder, and the link.
func linked(t testing.TB) (core.App, *Client, *pbtest.Recorder, link.Desired) {
	t.Helper()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	client, calls := connect(t, server)
	d := desired(t, client)
	if err := client.Apply(t.Context(), pbtest.Adding(observe(t, client), &d.Slot)); err != nil {
		t.Fatal(err)
	}
	calls.Reset()
	return server.App(), client, calls, d
}

func byID(t testing.TB, checks []report.Check) map[string]report.Check {
	t.Helper()
	out := map[string]report.Check{}
	for _, one := range checks {
		if one.System != report.PB || one.Title.Empty() || one.Evidence.Empty() {
			t.Errorf("the check lacks something: %+v", one)
		}
		bad := one.Status == report.Fail || one.Status == report.Warn
		if bad != (!one.Remedy.Empty()) || bad != (one.Cause != "") {
			t.Errorf("%s is %s with remedy %q and cause %q", one.ID, one.Status, one.Remedy, one.Cause)
		}
		out[string(one.ID)] = one
	}
	return out
}

func TestCheckGoodLink(t *testing.T) {
	t.Parallel()
	_, client, calls, d := linked(t)
	checks := byID(t, client.Check(t.Context(), d))
	for _, id := range []string{"auth-methods", "client-id", "auth-url", "display-name", "pkce", "settings", "rules"} {
		if one := checks["pocketbase."+id]; one.Status != report.Pass {
			t.Errorf("%s: %+v", id, one)
		}
	}
	if len(calls.Calls) != 2 {
		t.Errorf("%d requests, want 2", len(calls.Calls))
	}
	for _, call := range calls.Calls {
		guest := strings.HasSuffix(call.URL.Path, "/auth-methods")
		if guest != (call.Header.Get("Authorization") == "") {
			t.Errorf("%s: Authorization is sent: %v", call.URL.Path, !guest)
		}
		if call.Method != http.MethodGet {
			t.Errorf("a check sent %s", call.Method)
		}
	}
}

// TestCheckFindsEachBreak breaks one setting at a time behind the link's back.
func TestCheckFindsEachBreak(t *testing.T) {
	t.Parallel()
	app, client, _, d := linked(t)
	good := pbtest.UsersOf(t, app).OAuth2.Providers
	for _, one := range []struct {
		name, check string
		status      report.Status
		cause       report.CauseID
		spoil       func(users *core.Collection, mine *core.OAuth2ProviderConfig)
	}{
		{"off", "auth-methods", report.Fail, report.CauseOAuth2Off,
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) { users.OAuth2.Enabled = false }},
		{"renamed", "auth-methods", report.Fail, report.CauseProviderMissing,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.Name = "oidc3" }},
		{"renamed, settings", "settings", report.Fail, report.CauseProviderMissing,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.Name = "oidc3" }},
		{"client id", "client-id", report.Fail, report.CauseClientID,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.ClientId = "x" }},
		{"auth URL", "auth-url", report.Fail, report.CauseAuthURL,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) {
				mine.AuthURL = "http://authentik.company/application/o/authorize"
			}},
		{"display name", "display-name", report.Fail, report.CauseDisplayName,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.DisplayName = "x" }},
		{"PKCE", "pkce", report.Fail, report.CausePKCE, func(_ *core.Collection, mine *core.OAuth2ProviderConfig) {
			mine.PKCE = new(false)
		}},
		{"token URL", "settings", report.Fail, report.CauseSettingsDiffer,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.TokenURL += "x" }},
		{"user info URL", "settings", report.Fail, report.CauseSettingsDiffer,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) { mine.UserInfoURL = "" }},
		{"extra", "settings", report.Fail, report.CauseSettingsDiffer,
			func(_ *core.Collection, mine *core.OAuth2ProviderConfig) {
				mine.Extra = map[string]any{"issuers": []any{"x"}}
			}},
		{"mapped", "settings", report.Fail, report.CauseSettingsDiffer,
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) { users.OAuth2.MappedFields.Name = "" }},
		{"createRule closed", "rules", report.Warn, report.CauseCreateRule,
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) { users.CreateRule = nil }},
		{"createRule of its own", "rules", report.Skipped, "",
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) { users.CreateRule = new("email != ''") }},
		{"authRule closed", "rules", report.Fail, report.CauseAuthRule,
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) {
				users.AuthRule, users.CreateRule = nil, nil
			}},
		{"authRule of its own", "rules", report.Skipped, "",
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) {
				users.AuthRule = new(`@request.query.door = "1"`)
			}},
		{"MFA", "rules", report.Fail, report.CauseMFA, func(users *core.Collection, _ *core.OAuth2ProviderConfig) {
			users.MFA.Enabled = true
		}},
		{"required field", "rules", report.Warn, report.CauseRequiredField,
			func(users *core.Collection, _ *core.OAuth2ProviderConfig) {
				users.Fields.Add(&core.TextField{Name: "phone", Required: true})
			}},
	} {
		users := pbtest.UsersOf(t, app)
		users.OAuth2.Enabled = true
		users.OAuth2.Providers = slices.Clone(good)
		users.OAuth2.MappedFields = core.OAuth2KnownFields{Name: "name", AvatarURL: "avatar"}
		users.CreateRule, users.AuthRule, users.MFA.Enabled = new(""), new(""), false
		one.spoil(users, &users.OAuth2.Providers[3])
		if err := app.Save(users); err != nil {
			t.Fatal(err)
		}
		got := byID(t, client.Check(t.Context(), d))["pocketbase."+one.check]
		if got.Status != one.status || got.Cause != one.cause.Entry() {
			t.Errorf("%s: %+v", one.name, got)
		}
	}
}

// TestCheckNotMeasured checks that what could not be asked is skipped, with the reason.
func TestCheckNotMeasured(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name   string
		status int
		body   string
		want   report.Status // of auth-methods
	}{
		{"refused", 403, `{"data":{},"message":"You are not allowed to perform this request.","status":403}`,
			report.Skipped},
		{"page", 200, `<html>`, report.Skipped},
		{"failure", 500, `{"data":{},"message":"Something went wrong.","status":500}`, report.Skipped},
		{"no collection", 404, `{"data":{},"message":"Missing or invalid auth collection context.","status":404}`,
			report.Fail},
	} {
		client := meeting(one.status, []byte(one.body))
		checks := byID(t, client.Check(t.Context(), link.Desired{Collection: link.CollectionState{Name: "users"},
			Slot: pbtest.Ours()}))
		if len(checks) != 7 || checks["pocketbase.auth-methods"].Status != one.want {
			t.Errorf("%s: %+v", one.name, checks)
		}
		for id, check := range checks {
			if id != "pocketbase.auth-methods" && check.Status != report.Skipped {
				t.Errorf("%s: %+v", one.name, check)
			}
		}
	}
}

func TestCheckCollectionGone(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, _ := connect(t, server)
	d := link.Desired{Collection: link.CollectionState{Name: "gone"}, Slot: pbtest.Ours()}
	checks := byID(t, client.Check(t.Context(), d))
	for _, id := range []string{"auth-methods", "settings", "rules"} {
		if one := checks["pocketbase."+id]; one.Status != report.Fail || one.Cause != report.CauseCollectionMissing {
			t.Errorf("%s: %+v", id, one)
		}
	}
}

// TestASilentNetworkIsNoBufferingProxy: only where the rest answers does something hold the stream back.
func TestASilentNetworkIsNoBufferingProxy(t *testing.T) {
	t.Parallel()
	_, client, _, d := linked(t)
	for name, silent := range map[string]func(*http.Request) bool{
		"all is silent": func(*http.Request) bool { return true },
		"the stream is": func(r *http.Request) bool { return r.URL.Path == "/api/realtime" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if silent(r) {
					<-r.Context().Done()
				}
			}))
			t.Cleanup(front.Close)
			d := d
			d.PocketBaseURL = front.URL
			check := client.Realtime(t.Context(), d)
			said := check.Evidence.String()
			if held := check.Cause == report.CauseBufferedStream; held != (name == "the stream is") ||
				held && !strings.Contains(said, "no event within 4 s") ||
				!held && (check.Status != report.Skipped || !strings.Contains(said, "got no answer")) {
				t.Errorf("%+v", check)
			}
		})
	}
}
