package authentik_test

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// recordedLink is the link that the recorded events are about.
func recordedLink() link.Desired {
	return link.Desired{
		Application: link.ApplicationState{PK: "212e500c-3c11-4c2e-953a-531cb413e546", Slug: "pocketbase"},
		Provider: link.ProviderState{PK: 111, Name: "PocketBase", ClientID: "pb-client",
			ClientSecret: secret.New("pb-secret-of-the-client")},
	}
}

// TestEventsReadWhatARealAuthentikNoted: a sign-in, and a wrong redirect URI
// at the token endpoint.
func TestEventsReadWhatARealAuthentikNoted(t *testing.T) {
	c, since := recordedEvents(t)
	trail := c.Events(t.Context(), since, recordedLink(), "")
	if !trail.Unread.Empty() || len(trail.Evidence) != 3 || trail.Person != 34 || !trail.Through ||
		trail.IP != "127.0.0.1" {
		t.Fatalf("%+v", trail)
	}
	for i, want := range []string{"ada signed in (password)", "ada was authorised for “PocketBase”",
		"Invalid redirect URI used by provider"} {
		if !strings.Contains(trail.Evidence[i].Text.String(), want) || trail.Evidence[i].When.IsZero() ||
			trail.Evidence[i].System != report.Authentik {
			t.Errorf("%+v, want %s", trail.Evidence[i], want)
		}
	}
	m := trail.Redirect
	if m == nil || m.Sent != "https://elsewhere.example/api/oauth2-redirect" || len(m.Known) != 1 ||
		m.Difference.Words.String() != "They differ in the host." {
		t.Errorf("%+v", m)
	}
	// the state, a request's id, a browser
	for _, hidden := range []string{"s1", "3ab2007383544df0b7a69877015be6da", "Python"} {
		for _, e := range trail.Evidence {
			if strings.Contains(e.Text.String(), hidden) {
				t.Errorf("%q shows in %q", hidden, e.Text)
			}
		}
	}

	if later := c.Events(t.Context(), since.Add(time.Hour), recordedLink(), ""); len(later.Evidence) != 0 ||
		later.Through {
		t.Errorf("what came before is read: %+v", later)
	}
	other := recordedLink()
	other.Application.PK, other.Provider.PK, other.Provider.ClientID, other.Provider.Name = "x", 7, "other", "Other"
	if foreign := c.Events(t.Context(), since, other, ""); len(foreign.Evidence) != 0 || foreign.Person != 0 {
		t.Errorf("another application's events are read: %+v", foreign)
	}
	made := recordedLink()
	made.Application.PK, made.Provider.PK = "", 0 // a link that was just made
	if fresh := c.Events(t.Context(), since, made, ""); len(fresh.Evidence) != 3 {
		t.Errorf("%+v", fresh)
	}
}

// recordedEvents returns a client that reads the events of a real authentik, and a time before them.
func recordedEvents(t *testing.T) (*authentik.Client, time.Time) {
	t.Helper()
	recorded, err := os.ReadFile("testdata/events.json")
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v3/events/events/" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(recorded) // the test reads it
		return true
	})
	return c, time.Date(2026, 11, 23, 13, 57, 0, 0, time.UTC)
}

func TestTheOnlySignInIsToldByItsState(t *testing.T) {
	c, since := recordedEvents(t)
	for name, one := range map[string]struct {
		since  time.Time
		person int
		state  string
		only   bool
	}{
		"the recorded one":  {since, 34, "s1", true},
		"another":           {since, 34, "s2", false},
		"another person's":  {since, 35, "s1", false},
		"of before":         {since.Add(time.Hour), 34, "s1", false},
		"without any state": {since, 34, "", false},
	} {
		only, err := c.OnlySignIn(t.Context(), one.since, recordedLink(), one.person, one.state)
		if err != nil || only != one.only {
			t.Errorf("%s: %v, %v", name, only, err)
		}
	}
}

func TestEventsThatMayNotBeReadSaySo(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	l.connect()
	c := l.connectAs(l.token())
	trail := c.Events(t.Context(), time.Now(), recordedLink(), "")
	if trail.Unread.Empty() || !strings.Contains(trail.Unread.String(), "authentik_events.view_event") {
		t.Errorf("%+v", trail)
	}
}

func TestPreviewAndAccessTellWhatTheyCannot(t *testing.T) {
	l, c, d, ada := linkedLab(t, spec())
	all, err := c.Preview(t.Context(), d, ada)
	claims := signin.ReadClaims(all)
	if err != nil || claims.Email != "ada@example.com" || !claims.Verified || claims.Username != "ada" ||
		string(all["sub"]) != strconv.Quote(claims.Subject) {
		t.Errorf("%+v %v %v", claims, all, err)
	}
	if passing, _, err := c.Access(t.Context(), d, ada); err != nil || !passing {
		t.Errorf("%v, %v", passing, err)
	}
	if uris, err := c.RedirectURIs(t.Context(), d); err != nil || len(uris) != 1 {
		t.Errorf("%v, %v", uris, err)
	}
	if ahead, err := c.ClockOffset(t.Context()); err != nil || ahead.Abs() > 2*time.Second {
		t.Errorf("%v, %v", ahead, err)
	}

	limited := l.connectAs(l.token())
	for _, ask := range map[string]func() error{
		"preview":   func() error { _, err := limited.Preview(t.Context(), d, ada); return err },
		"access":    func() error { _, _, err := limited.Access(t.Context(), d, ada); return err },
		"redirects": func() error { _, err := limited.RedirectURIs(t.Context(), d); return err },
	} {
		faultOf(t, ask())
	}
	l.admin("PATCH", "/providers/oauth2/"+strconv.Itoa(l.sim.Snapshot().Providers[0].PK)+"/",
		map[string]any{"include_claims_in_id_token": false})
	_, err = c.Preview(t.Context(), d, ada)
	faultOf(t, err)
	gone := d
	gone.Application.Slug, gone.Provider.PK = "gone", 0
	_, err = c.Preview(t.Context(), gone, ada)
	faultOf(t, err)
	_, _, err = c.Access(t.Context(), gone, ada)
	faultOf(t, err)
	l.stop()
	_, err = c.ClockOffset(t.Context())
	faultOf(t, err)
}
