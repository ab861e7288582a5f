package pocketbase

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/pbtest"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/wire"
	"authpocket/sandbox/pocketbasehost"
)

func TestObserve(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	pbtest.Give(t, server.App(), pbtest.Others())
	users := pbtest.UsersOf(t, server.App())
	users.MFA.Enabled, users.MFA.Rule = true, "verified = false"
	users.AuthRule = nil
	if err := server.App().Save(users); err != nil {
		t.Fatal(err)
	}
	pbtest.Configure(t, server, func(settings *core.Settings) {
		settings.RateLimits.Enabled = true
		settings.Meta.AppName, settings.Meta.HideControls = "Acme", true
		settings.SuperuserIPs = []string{"127.0.0.1"}
	})
	linkPeople(t, server, "oidc", 3)
	linkPeople(t, server, "google", 1)

	client, calls := connect(t, server)
	snap, err := client.Observe(t.Context(), link.Query{Collection: "users"})
	if err != nil {
		t.Fatal(err)
	}
	if n := calls.Count(http.MethodGet); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	if snap.URL != server.URL() || snap.Version != "0.39.11" || time.Since(snap.Taken) > time.Minute {
		t.Errorf("%+v", snap)
	}
	wantSettings := link.SettingsState{AppName: "Acme", AppURL: server.URL(), HideControls: true, RateLimits: true,
		AuthLimit: "2 per 3 s", SuperuserIPs: []string{"127.0.0.1"}}
	if diff := cmp.Diff(wantSettings, snap.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"oidc": 3, "oidc2": 0, "oidc3": 0}, snap.Linked); diff != "" {
		t.Errorf("linked (-want +got):\n%s", diff)
	}
	checkUsers(t, snap.Collection("users"))
	if snap.Collection("_superusers") == nil {
		t.Error("_superusers is not listed")
	}
}

func checkUsers(t *testing.T, got *link.CollectionState) {
	t.Helper()
	yes, no := true, false
	want := &link.CollectionState{
		ID: "_pb_users_auth_", Name: "users", CreateRule: new(""), MFAEnabled: true, MFARule: "verified = false",
		EmailRequired: true, PasswordAuth: &yes, OTP: &no,
		Indexes: []string{
			"CREATE UNIQUE INDEX `idx_tokenKey__pb_users_auth_` ON `users` (`tokenKey`)",
			"CREATE UNIQUE INDEX `idx_email__pb_users_auth_` ON `users` (`email`) WHERE `email` != ''",
		},
		OAuth2: link.OAuth2State{
			Enabled: true,
			Mapped:  link.MappedFields{Name: "name", AvatarURL: "avatar"},
			Providers: []link.OAuth2Provider{
				{Slot: "google", DisplayName: "Google", ClientID: "google-id", PKCE: &no,
					AuthURL: "https://google.example/auth?x=1&y=2", TokenURL: "https://google.example/token",
					UserInfoURL: "https://google.example/info"},
				{Slot: "oidc", DisplayName: "Other", ClientID: "other-id", PKCE: &yes,
					AuthURL: "https://other.example/auth", TokenURL: "https://other.example/token",
					JWKSURL: "https://other.example/jwks", Issuers: []string{"https://other.example",
						"https://two.example"}},
				{Slot: "github", ClientID: "github-id"},
			},
		},
	}
	ignore := cmp.Options{
		cmpopts.IgnoreFields(link.CollectionState{}, "Updated", "Fields"),
		cmpopts.IgnoreFields(link.OAuth2Provider{}, "Raw"),
		cmp.Comparer(secret.Text.Equal),
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	for _, p := range got.OAuth2.Providers {
		if len(p.Raw) == 0 || strings.Contains(string(p.Raw), "ecret") {
			t.Errorf("raw element: %s", p.Raw)
		}
	}
	if len(got.Fields) < 8 || got.Updated == "" || got.Fields[0].Options == nil {
		t.Errorf("fields %+v, updated %q", got.Fields, got.Updated)
	}
}

// linkPeople creates users who have signed in through a provider.
func linkPeople(t testing.TB, server *pocketbasehost.Server, provider string, n int) {
	t.Helper()
	for i := range n {
		record := core.NewRecord(pbtest.UsersOf(t, server.App()))
		record.SetEmail(fmt.Sprintf("%s%d@example.com", provider, i))
		record.SetRandomPassword()
		if err := server.App().Save(record); err != nil {
			t.Fatal(err)
		}
		external := core.NewExternalAuth(server.App())
		external.SetCollectionRef(record.Collection().Id)
		external.SetRecordRef(record.Id)
		external.SetProvider(provider)
		external.SetProviderId(fmt.Sprint(i))
		if err := server.App().Save(external); err != nil {
			t.Fatal(err)
		}
	}
}

// TestManyLinksAreCounted links more people than are read.
func TestManyLinksAreCounted(t *testing.T) {
	t.Parallel()
	client := memory("", func(r *http.Request) (*http.Response, error) {
		switch filter := r.URL.Query().Get("filter"); {
		case r.URL.Path == "/api/collections":
			return pbtest.Reply(r, 200, `{"totalPages":1,"items":[{"id":"pbc_1","name":"users"}]}`), nil
		case filter == `collectionRef="pbc_1" && provider="oidc2"`:
			return pbtest.Reply(r, 200, `{"totalItems":300,"items":[{}]}`), nil
		case strings.Contains(filter, "collectionRef"):
			return pbtest.Reply(r, 200, `{"totalItems":1,"items":[{}]}`), nil
		case strings.Contains(filter, "provider"):
			return pbtest.Reply(r, 200, `{"totalItems":302,"items":[{"collectionRef":"pbc_1","provider":"oidc"}]}`), nil
		}
		return pbtest.Reply(r, 200, `{"meta":{}}`), nil
	})
	snap, err := client.Observe(t.Context(), link.Query{Collection: "users"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"oidc": 1, "oidc2": 300, "oidc3": 1}, snap.Linked); diff != "" {
		t.Errorf("linked (-want +got):\n%s", diff)
	}
}

// TestObserveLarge observes 40 auth collections with 200 fields each.
func TestObserveLarge(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	for i := range 40 {
		collection := core.NewAuthCollection(fmt.Sprintf("members%02d", i))
		for j := range 200 {
			collection.Fields.Add(&core.TextField{Name: fmt.Sprintf("field%03d", j), Max: 100})
		}
		if err := server.App().Save(collection); err != nil {
			t.Fatal(err)
		}
	}
	client, calls := connect(t, server)
	snap, err := client.Observe(t.Context(), link.Query{Collection: "members07"})
	if err != nil {
		t.Fatal(err)
	}
	if got := snap.Collection("members07"); len(snap.Collections) != 42 || got == nil || len(got.Fields) < 200 {
		t.Errorf("%d collections, members07: %v", len(snap.Collections), got != nil)
	}
	if n := calls.Count(http.MethodGet); n > 3 {
		t.Errorf("%d requests, want at most 3", n)
	}
}

func TestObserveUnknownCollection(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	client, _ := connect(t, server)
	snap, err := client.Observe(t.Context(), link.Query{Collection: `no" || id!="`})
	if err != nil || snap.Linked != nil || len(snap.Collections) != 2 {
		t.Errorf("%v, %d collections, linked %v", err, len(snap.Collections), snap.Linked)
	}
}

func TestObservePages(t *testing.T) {
	t.Parallel()
	client := memory("", func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/settings" {
			return pbtest.Reply(r, 200, `{"meta":{}}`), nil
		}
		page := r.URL.Query().Get("page")
		return pbtest.Reply(r, 200, `{"totalPages":3,"items":[{"id":"`+page+`","name":"members`+page+
			`","oauth2":{"providers":[{"name":"oidc","clientId":7,"pkce":"yes"},"what"]}}]}`), nil
	})
	snap, err := client.Observe(t.Context(), link.Query{})
	if err != nil || len(snap.Collections) != 3 {
		t.Fatalf("%v, %d collections", err, len(snap.Collections))
	}
	if got := snap.Collections[1].OAuth2.Providers; len(got) != 2 || got[0].Slot != "oidc" ||
		string(got[1].Raw) != `"what"` {
		t.Errorf("odd elements: %+v", got)
	}
}

// TestMoreCollectionsThanAreReadIsSaid checks that a collection past the last page read is not reported as missing.
func TestMoreCollectionsThanAreReadIsSaid(t *testing.T) {
	t.Parallel()
	pages := 0
	client := memory("", func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/api/settings" {
			return pbtest.Reply(r, 200, `{"meta":{}}`), nil
		}
		pages++
		return pbtest.Reply(r, 200, `{"totalPages":21,"items":[]}`), nil
	})
	_, err := client.Observe(t.Context(), link.Query{})
	if f := pbtest.FaultOf(t, err); !strings.Contains(f.Summary.String(),
		"more than 2000 auth collections") || pages != 20 {
		t.Errorf("after %d pages: %s", pages, f.Summary)
	}
}

// TestReadPatience checks that reads are repeated while it makes sense, and for no longer than 30 s.
func TestReadPatience(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		name    string
		header  string
		fails   int
		atLeast time.Duration
		atMost  time.Duration
		good    bool
	}{
		{"twice", "", 2, 300 * time.Millisecond, 2 * time.Second, true},
		{"for good", "", 1000, 5 * time.Second, wire.Patience, false},
		{"as asked", "7", 1, 7 * time.Second, 7 * time.Second, true},
		{"longer than there is time", "100", 1, 0, 0, false},
		{"as asked by date", "date", 1, 3 * time.Second, 5 * time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun, sent := time.Now(), 0
			client := memory("", func(r *http.Request) (*http.Response, error) {
				if sent++; sent > one.fails {
					return pbtest.Reply(r, 200, `{"meta":{}}`), nil
				}
				header := one.header
				if header == "date" {
					header = time.Now().Add(4 * time.Second).UTC().Format(http.TimeFormat)
				}
				return pbtest.Reply(r, 429, `{"data":{},"message":"Too Many Requests.","status":429}`, "Retry-After",
					header), nil
			})
			_, err := client.ReadSettings(t.Context(), "users")
			if took := time.Since(begun); (err == nil) != one.good || took < one.atLeast || took > one.atMost {
				t.Errorf("%s: %v after %v", one.name, err, took)
			}
			if f, ok := err.(*report.Fault); ok && one.header == "100" &&
				!strings.Contains(f.Todo.String(), "1 min 40 s") {
				t.Errorf("%s: %s", one.name, f.Todo)
			}
		})
	}
}
