package authentiksim_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/openapicheck"
)

// recordedVersion is the version of the server that was recorded.
const recordedVersion = "2026.5.0-rc1"

// addedSince are the keys the final release has beyond that release candidate.
func addedSince() map[string]bool {
	return map[string]bool{
		"meta_hide": true, "core_default_app_access": true, "enterprise_audit_include_expanded_diff": true,
	}
}

var (
	checker    *openapicheck.Checker // both made once: they take about a second
	signingKey *rsa.PrivateKey
)

func TestMain(m *testing.M) {
	var errs [2]error
	var made sync.WaitGroup
	made.Go(func() { checker, errs[0] = openapicheck.New() })
	made.Go(func() { signingKey, errs[1] = rsa.GenerateKey(rand.Reader, 2048) })
	made.Wait()
	for _, err := range errs {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// TestReplay asks the simulator everything a real authentik was asked, and
// wants the same answers: as the recorded release candidate to the letter, and
// as the version the simulator is by default with that release's new fields.
func TestReplay(t *testing.T) {
	for _, version := range []string{recordedVersion, authentiksim.DefaultVersion} {
		for _, recorded := range readRecordings(t) {
			t.Run(version+"/"+recorded.Scenario, func(t *testing.T) {
				t.Parallel()
				replay(t, version, recorded)
			})
		}
	}
}

func replay(t *testing.T, version string, recorded recording) {
	sim := authentiksim.New(authentiksim.Config{Version: version, SigningKey: signingKey})
	furnish(t, sim, recorded)
	var handler http.Handler = sim
	allowed := map[string]bool{}
	if version == authentiksim.DefaultVersion {
		allowed = addedSince()
		handler = checker.Answers(func(err error) {
			if !authentikDiffers(err) {
				t.Errorf("the OpenAPI document: %v", err)
			}
		}, sim)
	}
	p := newPlayer(t, recorded.Scenario, sim.AdminToken(), handler)
	for i, e := range recorded.Exchanges {
		got := p.play(e)
		want := e.Response
		if want.JSON != nil {
			want.JSON = withVersion(p.fill(want.JSON), version)
		}
		for key, value := range want.Headers {
			want.Headers[key] = fmt.Sprint(p.fill(value))
		}
		c := comparison{path: e.Request.Path, allowed: allowed}
		c.responses(want, got)
		for _, difference := range c.differences {
			t.Errorf("%d %s, %s %s\n\t%s", i, e.Note, e.Request.Method, e.Request.Path, difference)
		}
	}
}

// ownDeviations are the answers with which authentik itself does not keep to
// its document; they are as recorded.
func ownDeviations() [][2]string {
	return [][2]string{
		{"PUT /api/v3/core/transactional/applications/", "schema #/components/schemas/GenericError"}, // names what may not be created
		{"GET /api/v3/admin/settings/", "/flags/"},                                                   // flags nobody has set are not there
	}
}

func authentikDiffers(err error) bool {
	return slices.ContainsFunc(ownDeviations(), func(known [2]string) bool {
		return strings.Contains(err.Error(), known[0]) && strings.Contains(err.Error(), known[1])
	})
}

// withVersion is a recorded body as another version says it.
func withVersion(body any, version string) any {
	if object, is := body.(map[string]any); is && object["version_current"] == recordedVersion {
		object["version_current"], object["version_latest"] = version, version
	}
	return body
}

// furnish makes the server what the recorded one was: a fresh install whose
// administrator has signed in before, with three more key pairs and with older
// events in its log.
func furnish(t *testing.T, sim *authentiksim.Server, recorded recording) {
	t.Helper()
	for name, algorithm := range map[string]string{"k-rsa": "rsa", "k-ecdsa": "ecdsa", "k-ed25519": "ed25519"} {
		if _, err := sim.AddKeyPair(name, algorithm, 30*24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	for _, user := range sim.Snapshot().Users {
		if user.Username == "akadmin" {
			sim.SetLastLogin(user.PK, time.Now())
		}
	}
	if recorded.Scenario == "events" {
		addOlderEvents(sim, recorded)
	}
}

// addOlderEvents fills the log with as many events as the recorded server had
// before the scenario; of those the scenario sees again, with the very ones.
func addOlderEvents(sim *authentiksim.Server, recorded recording) {
	older := map[string]authentiksim.Event{}
	counts := map[string]int{"secret_view": 724}
	for _, e := range recorded.Exchanges {
		_, action, filtered := strings.Cut(e.Request.Path, "?action=")
		action, _, _ = strings.Cut(action, "&")
		if !filtered {
			continue
		}
		body := e.Response.JSON.(map[string]any)
		results := body["results"].([]any)
		counts[action] = int(body["pagination"].(map[string]any)["count"].(float64)) - 1
		counts["secret_view"] -= counts[action]
		older[action] = eventOf(results[1].(map[string]any))
	}
	for _, action := range slices.Sorted(maps.Keys(counts)) {
		event := older[action]
		if event.Action == "" {
			event = authentiksim.Event{Action: action, App: "authentik.core.api.tokens", ClientIP: "127.0.0.1",
				User: map[string]any{}, Context: map[string]any{}}
		}
		for range counts[action] {
			sim.AddEvent(event)
		}
	}
}

func eventOf(in map[string]any) authentiksim.Event {
	return authentiksim.Event{
		Action: in["action"].(string), App: in["app"].(string), ClientIP: in["client_ip"].(string),
		User: in["user"].(map[string]any), Context: in["context"].(map[string]any),
	}
}
