package signins

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"authpocket/internal/engine"
	"authpocket/internal/engine/signins"
	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
)

// meddler can replace a system's responses to authpocket.
type meddler struct {
	next http.RoundTripper
	mu   sync.Mutex
	with func(r *http.Request) (*http.Response, error) // nil, nil: passes on
	seen []*http.Request
}

func (m *meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.seen = append(m.seen, r)
	with := m.with
	m.mu.Unlock()
	if with != nil {
		if res, err := with(r); res != nil || err != nil {
			return res, err
		}
	}
	return m.next.RoundTrip(r)
}

func (m *meddler) set(with func(r *http.Request) (*http.Response, error)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.with = with
}

// watched returns a link whose engine's requests to PocketBase are recorded.
func watched(t *testing.T, l *lab, name string) (*linked, *meddler) {
	t.Helper()
	own := l.link(name, nil)
	client := newClient(t)
	m := &meddler{next: client.Transport}
	client.Transport = m
	own.e = engine.New(engine.Config{Authentik: l.a.client, PocketBase: l.connect(t, client)})
	m.mu.Lock()
	m.seen = nil
	m.mu.Unlock()
	return own, m
}

// The sign-in test makes its requests as a guest, not as a superuser.
func TestTheSignInIsAGuests(t *testing.T) {
	t.Parallel()
	l, m := watched(t, newLab(t), "guest")
	if v := l.signIn(newBrowser(""), nil); !v.Works {
		t.Fatalf("%+v", v)
	}
	guests := 0
	for _, r := range m.seen {
		for _, path := range []string{"/auth-methods", "/auth-with-oauth2"} {
			if !strings.HasSuffix(r.URL.Path, path) {
				continue
			}
			guests++
			if r.Header.Get("Authorization") != "" {
				t.Errorf("%s was asked with a token", r.URL.Path)
			}
		}
		if strings.Contains(r.URL.String(), "code=") || r.Method == http.MethodDelete {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}
	if guests != 2 {
		t.Errorf("%d requests as a guest, want 2", guests)
	}
}

// Known stages are reported before slow steps.
func TestReportTellsStageByStage(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("reported", nil)
	l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) { own.ClientSecret = "of another provider" })
	s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser("")
	defer b.close()
	back, err := b.signIn(t.Context(), s, l.username)
	if err != nil {
		t.Fatal(err)
	}
	var told []signin.Verdict
	v := l.e.SignIns.Finish(t.Context(), &l.d, s, back, signins.Expected{},
		func(v signin.Verdict) { told = append(told, v) })
	if len(told) != 2 || told[0].Over || told[0].Stages[3].State != signin.StageRunning || told[1].Over ||
		told[1].FailedStage() == nil {
		t.Errorf("%+v", told)
	}
	if v.Cause != "invalid-client" || !v.Over {
		t.Errorf("%+v", v)
	}
}

// If PocketBase keeps no log, the cause is found by the checks.
func TestWithoutALogTheSettingsAreMeasured(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(s *core.Settings) { s.Logs.MaxDays = 0 }).link("unlogged", nil)
	l.patchProvider(map[string]any{"client_secret": "rotated"})
	if v := l.signIn(newBrowser(""), nil); v.Cause != "invalid-client" || !says(v, "keeps no logs") {
		t.Errorf("%+v", v)
	}
}

func says(v signin.Verdict, words string) bool {
	for _, e := range v.Evidence {
		if strings.Contains(e.Text.String(), words) {
			return true
		}
	}
	return false
}

// PocketBase is gone, or something else responds, during the exchange of the code.
func TestNoAnswerIsNoVerdictOnTheLink(t *testing.T) {
	t.Parallel()
	l, m := watched(t, newLab(t), "gone")
	for name, answer := range map[string]struct {
		with  func(r *http.Request) (*http.Response, error)
		words string
	}{
		"gone": {func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded },
			"gave no answer"},
		"page": {func(r *http.Request) (*http.Response, error) { return page(r, http.StatusOK), nil },
			"not data from PocketBase"},
	} {
		m.set(nil)
		s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
		if err != nil {
			t.Fatal(err)
		}
		m.set(func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/auth-with-oauth2") {
				return nil, nil
			}
			return answer.with(r)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second) // for the log, which stays empty
		v := l.e.SignIns.Finish(ctx, &l.d, s, signin.Return{Code: secret.New("0123456789abcdef")},
			signins.Expected{}, nil)
		cancel()
		if v.Works || !v.Over || !strings.Contains(v.Words().String(),
			answer.words) || v.Todo.Empty() || v.FailedStage() == nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Our own call was cut off, but PocketBase logged the cause.
func TestTheLogKnowsWhyNoAnswerCame(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	var group sync.WaitGroup
	for _, one := range []struct {
		name  string
		cause report.CauseID
		stage signin.StageID
		spoil func(*linked)
	}{
		{"cut short over the token", "invalid-client", signin.StageToken, func(l *linked) {
			l.spoil(func(_ *core.Collection, own *core.OAuth2ProviderConfig) {
				own.ClientSecret = "of another provider"
			})
		}},
		{"cut short over user info", "user-info-url", signin.StageUserInfo, func(l *linked) {
			l.setURLs("", answering(l.t, http.StatusOK, "text/html", "<html>")+userInfo)
		}},
	} {
		l, m := watched(t, lab, identifier(one.name))
		one.spoil(l)
		m.set(func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/auth-with-oauth2") {
				return nil, nil
			}
			res, err := m.next.RoundTrip(r)
			if err == nil {
				_ = res.Body.Close() // PocketBase is done, but the response is lost
			}
			return nil, context.DeadlineExceeded
		})
		group.Go(func() {
			v := l.signIn(newBrowser(""), nil)
			if known, _ := signin.FindCause(one.cause); v.Cause != one.cause ||
				!strings.HasPrefix(v.Words().String(), known.Title.String()) || v.Todo != known.Todo {
				t.Errorf("%s: %+v", one.name, v)
			}
			if stage := v.FailedStage(); stage == nil || stage.ID != one.stage || !says(v, "gave no answer") {
				t.Errorf("%s: %+v", one.name, v)
			}
		})
	}
	group.Wait()
}

func page(r *http.Request, status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: http.NoBody,
		Request: r}
}

// The verdict does not depend on authentik's events, but says if they are missing.
func TestEventsThatCannotBeReadAreSaid(t *testing.T) {
	t.Parallel()
	lab := newLab(t)
	var blind sync.Mutex // held while the events are hidden
	a := newIDP(t, authentiksim.Config{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/v3/events/events/" && !blind.TryLock() {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				// the client reads it
				_, _ = w.Write([]byte(`{"detail":"You do not have permission to perform this action."}`))
				return
			} else if r.URL.Path == "/api/v3/events/events/" {
				blind.Unlock()
			}
			next.ServeHTTP(w, r)
		})
	})
	l := lab.linkTo(a, "blind", nil)
	l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.CreateRule = nil })
	blind.Lock()
	defer blind.Unlock()
	v := l.signIn(newBrowser(""), nil)
	if v.Cause != "create-rule" || !says(v, "authentik_events.view_event") {
		t.Errorf("%+v", v)
	}
}

// A closed page ends the wait of up to 30 s.
func TestFinishEndsWithItsContext(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("cancelled", nil)
	s, err := l.e.SignIns.Start(t.Context(), &l.d, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	v := l.e.SignIns.Finish(ctx, &l.d, s, signin.Return{Code: secret.New("0123456789abcdef")}, signins.Expected{},
		func(v signin.Verdict) {
			if v.FailedStage() != nil {
				cancel()
			}
		})
	if took := time.Since(began); took > 3*time.Second || v.Works || !v.Over {
		t.Errorf("after %s: %+v", took, v)
	}
}

func TestASignInThatCannotBegin(t *testing.T) {
	t.Parallel()
	l := newLab(t).link("closed", nil)
	l.spoil(func(c *core.Collection, _ *core.OAuth2ProviderConfig) { c.OAuth2.Enabled = false })
	if _, err := l.e.SignIns.Start(t.Context(), &l.d, ""); err == nil {
		t.Error("it began")
	} else if said := report.MessageOf(err); !strings.Contains(said.Summary.String(), "oidc") || said.Todo.Empty() {
		t.Errorf("it says %+v", said)
	}
}
