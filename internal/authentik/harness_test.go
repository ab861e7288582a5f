package authentik_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/outbound"
	"authpocket/internal/plans"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/sandbox/authentiksim"
	"authpocket/sandbox/openapicheck"
	"authpocket/test/testkey"
)

// lab is a simulated authentik behind a real HTTP server, with a place to
// step in between. Every request to it is held against authentik's OpenAPI
// document.
type lab struct {
	t      *testing.T
	sim    *authentiksim.Server
	url    string
	client *http.Client
	stop   func() // takes the server away
	pause  func(context.Context, time.Duration) error

	mu       sync.Mutex
	requests []string // "GET /api/v3/..." in the order of their arrival
	// between is asked first for each request; true means it has answered.
	between func(http.ResponseWriter, *http.Request) bool
}

// checker loads the document once for the whole test binary.
var checker = sync.OnceValues(openapicheck.New)

// newSim signs with a key that is there already.
func newSim(cfg authentiksim.Config) *authentiksim.Server {
	cfg.SigningKey = testkey.RSA()
	return authentiksim.New(cfg)
}

// newLab serves on loopback.
func newLab(t *testing.T, cfg authentiksim.Config) *lab {
	t.Helper()
	l := &lab{t: t, sim: newSim(cfg), client: outbound.New(outbound.Config{}), pause: noPause}
	server := httptest.NewServer(l)
	l.stop = server.Close
	t.Cleanup(server.Close)
	t.Cleanup(l.client.CloseIdleConnections)
	l.url = server.URL
	return l
}

// noPause is a wait in no time.
func noPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// newMemoryLab serves without a network, for tests in a synctest bubble:
// there waiting takes no time.
func newMemoryLab(t *testing.T, cfg authentiksim.Config) *lab {
	t.Helper()
	l := &lab{t: t, sim: newSim(cfg), url: "http://authentik.company"}
	l.client = memoryClient(t, l)
	return l
}

func (l *lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	check, err := checker()
	if err != nil {
		l.t.Error(err)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		l.t.Errorf("reading a request: %v", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err := check.Request(r); err != nil {
		l.t.Error(err)
	}
	if r.Header.Get("Idempotency-Key") != "" || r.Header.Get("Accept-Language") != "en" {
		l.t.Errorf("%s %s has the headers %v", r.Method, r.URL.Path, r.Header)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	l.mu.Lock()
	l.requests = append(l.requests, r.Method+" "+r.URL.Path)
	between := l.between
	l.mu.Unlock()
	if between == nil || !between(w, r) {
		l.sim.ServeHTTP(w, r)
	}
}

// intercept sets what is asked first, from the next request on.
func (l *lab) intercept(between func(http.ResponseWriter, *http.Request) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.between = between
}

// count forgets the requests so far and returns how many there were.
func (l *lab) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.requests)
	l.requests = nil
	return n
}

// asked says how often a request was made since the last count.
func (l *lab) asked(request string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.requests {
		if one == request {
			n++
		}
	}
	return n
}

func (l *lab) connect() *authentik.Client {
	l.t.Helper()
	return l.connectAs(l.sim.AdminToken())
}

func (l *lab) connectAs(token string) *authentik.Client {
	l.t.Helper()
	c, err := authentik.Connect(l.t.Context(), rest.Config{URL: l.url, Token: secret.New(token), HTTP: l.client,
		Pause: l.pause})
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

// spec is what the tests' link is to be, as the wizard would have it.
func spec() link.Spec {
	return link.Spec{PocketBaseURLs: []string{"https://pocketbase.company"}, Email: link.EmailTrustAll}
}

// pocketBase is a PocketBase with nothing of ours in it yet.
func pocketBase() link.PocketBaseSnapshot {
	rule := ""
	return link.PocketBaseSnapshot{URL: "https://pocketbase.company", Version: "0.39.11",
		Collections: []link.CollectionState{{
			ID: "_pb_users_auth_", Name: "users", CreateRule: &rule, AuthRule: &rule, EmailRequired: true,
		}}}
}

func generated() link.Generated {
	return link.Generated{ClientID: strings.Repeat("Ab3x", 10),
		ClientSecret: secret.New(strings.Repeat("s3cretZZ", 16))}
}

func (l *lab) observe(c *authentik.Client, s link.Spec) link.AuthentikSnapshot {
	l.t.Helper()
	snap, err := c.Observe(l.t.Context(), s.Query())
	if err != nil {
		l.t.Fatal(err)
	}
	return snap
}

// plan observes and plans; pb is what PocketBase is taken to hold.
func (l *lab) plan(c *authentik.Client, s link.Spec, pb link.PocketBaseSnapshot) link.Plan {
	l.t.Helper()
	plan, problems := plans.New(&s, new(l.observe(c, s)), &pb, generated())
	if err := problems.Err(); err != nil {
		l.t.Fatal(err)
	}
	return plan
}

// apply carries out the authentik part of a plan.
func (l *lab) apply(c *authentik.Client, plan link.Plan) {
	l.t.Helper()
	for _, ch := range here(plan) {
		if err := c.Apply(l.t.Context(), ch); err != nil {
			l.t.Fatalf("%s: %v", ch.Object, err)
		}
	}
}

func here(plan link.Plan) []link.Change {
	var changes []link.Change
	for _, ch := range plan.Changes {
		if ch.System == report.Authentik {
			changes = append(changes, ch)
		}
	}
	return changes
}

// linked is pb after the plan was applied to it.
func linked(pb link.PocketBaseSnapshot, plan link.Plan) link.PocketBaseSnapshot {
	pb.Collections = []link.CollectionState{plan.Desired.Collection}
	return pb
}

// set up makes the tests' link and returns the plan it came from.
func (l *lab) setUp(c *authentik.Client, s link.Spec) link.Plan {
	l.t.Helper()
	plan := l.plan(c, s, pocketBase())
	l.apply(c, plan)
	return plan
}

func faultOf(t *testing.T, err error) *report.Fault {
	t.Helper()
	f, ok := errors.AsType[*report.Fault](err)
	if !ok {
		t.Fatalf("got %v, want a *report.Fault", err)
	}
	if f.Summary.Empty() || f.Todo.Empty() || !strings.HasSuffix(f.Summary.String(), ".") {
		t.Errorf("a fault without words: %+v", f)
	}
	return f
}

// changeOf finds the change of a kind.
func changeOf(t *testing.T, plan link.Plan, kind link.Kind) link.Change {
	t.Helper()
	for _, ch := range plan.Changes {
		if ch.Kind == kind {
			return ch
		}
	}
	t.Fatalf("the plan has no %s: %v", kind, plan.Changes)
	return link.Change{}
}

func checkOf(t *testing.T, checks []report.Check, id report.CheckID) report.Check {
	t.Helper()
	for _, check := range checks {
		if check.ID == id {
			return check
		}
	}
	t.Fatalf("no check %s in %+v", id, checks)
	return report.Check{}
}

// admin makes a request that is not the package's, as the superuser, and
// returns the answer's object.
func (l *lab) admin(method, path string, body any) map[string]any {
	l.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		l.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(l.t.Context(), method, "/api/v3"+path, bytes.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+l.sim.AdminToken())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	l.sim.ServeHTTP(w, r)
	if w.Code >= 300 {
		l.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if w.Body.Len() == 0 {
		return nil
	}
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		return nil // a list
	}
	return answer
}
