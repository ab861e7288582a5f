package authentik_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/link/mappings"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/wire"
	"authpocket/sandbox/authentiksim"
)

// lost are the ways in which the answer to a write tells nothing.
var lost = map[string]func(http.ResponseWriter){
	"hang-up":         hangUp,
	"error":           func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
	"bad gateway":     func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) },
	"gateway timeout": func(w http.ResponseWriter) { w.WriteHeader(http.StatusGatewayTimeout) },
	"405 page": func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusMethodNotAllowed)
	},
	"a proxy's redirect": func(w http.ResponseWriter) {
		w.Header().Set("Location", "https://login.example.com/")
		w.WriteHeader(http.StatusFound)
	},
	"a proxy's 401": func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
	"a proxy's 403": func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<h1>403 Forbidden</h1>")
	},
	"garbage": func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>all is well</html>") },
	"empty":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
	"cut off": func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "900")
		answerJSON(w, 201, `{"pk":`)
		hangUp(w)
	},
	"not applied": func(w http.ResponseWriter) { answerJSON(w, 200, `{"applied":false,"logs":[]}`) },
	"silence":     func(http.ResponseWriter) { time.Sleep(11 * time.Second) },
	"throttled": func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "2")
		answerJSON(w, 429, `{"detail":"Request was throttled."}`)
	},
}

// losing answers writes with a lost answer as often as times says, and lets
// authentik carry them out before where done says so.
func (l *lab) losing(answer func(http.ResponseWriter), times int, done bool) *atomic.Int32 {
	writes := &atomic.Int32{}
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			return false
		}
		if writes.Add(1) > int32(times) {
			return false
		}
		if done {
			l.sim.ServeHTTP(httptest.NewRecorder(), r)
		}
		answer(w)
		return true
	})
	return writes
}

// writesOf are one change of each kind, with what has to be there first.
func writesOf(t *testing.T, l *lab, c *authentik.Client) map[string]link.Change {
	t.Helper()
	l.sim.AddGroup("pb-users")
	plan := l.setUp(c, spec())
	snap := l.observe(c, spec())
	provider := snap.Providers[0]
	rotated, other := provider, provider
	rotated.RedirectURIs = append(rotated.RedirectURIs[:1:1],
		link.RedirectURI{URL: "https://two.example.com/api/oauth2-redirect", Mode: "strict", Type: "authorization"})
	other.PK, other.Name, other.ClientID = 0, "Second", "second"
	app := *snap.Application
	app.Group = "Apps"
	pair := &link.PairState{Application: link.ApplicationState{Name: "Third", Slug: "third", PolicyEngineMode: "any"},
		Provider: plan.Desired.Provider,
		Bindings: []link.BindingState{{Kind: "group", Target: link.Ref{Name: "pb-users"}, Enabled: true}}}
	pair.Provider.Name, pair.Provider.ClientID = "Third", "third"
	mapping := mappings.Email(link.EmailTrustAttribute)
	return map[string]link.Change{
		"mapping":  {Kind: link.KindMapping, After: mapping},
		"key":      {Kind: link.KindKey, After: &link.KeyState{Name: "k", Algorithm: "ecdsa", Days: 9}},
		"pair":     {Kind: link.KindPair, After: pair},
		"provider": {Kind: link.KindProvider, After: &other},
		"provider's fields": {Kind: link.KindProvider, Before: &provider, After: &rotated,
			Fields: fieldsNamed("redirect_uris")},
		"application's fields": {Kind: link.KindApplication, Before: snap.Application, After: &app,
			Fields: fieldsNamed("group")},
		"binding": {Kind: link.KindBinding, After: &link.BindingState{Application: link.Ref{Name: "pocketbase"},
			Kind: "group", Target: link.Ref{Name: "pb-users"}, Enabled: true}},
	}
}

func TestALostAnswerIsLookedUpAndTheWriteNeverDoubled(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	for name, answer := range lost {
		for _, done := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, done %v", name, done), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := newMemoryLab(t, authentiksim.Config{})
					c := l.connect()
					for kind, ch := range writesOf(t, l, c) {
						if kind != "pair" && name == "not applied" {
							continue // only the transaction answers so
						}
						writes := l.losing(answer, 1, done)
						began := time.Now()
						if err := c.Apply(t.Context(), ch); err != nil {
							t.Errorf("%s: %v", kind, err)
						}
						if want := map[bool]int{true: 1, false: 2}[done]; int(writes.Load()) != want {
							t.Errorf("%s: %d writes, want %d", kind, writes.Load(), want)
						}
						if took := time.Since(began); took > 30*time.Second {
							t.Errorf("%s: took %s", kind, took)
						}
					}
					l.intercept(nil)
					sim := l.sim.Snapshot()
					if len(sim.Bindings) != 2 && name != "not applied" {
						t.Errorf("%d bindings, want one of the pair and one of its own", len(sim.Bindings))
					}
				})
			})
		}
	}
}

func TestAWriteIsGivenUpAfterThreeTries(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		c := l.connect()
		for kind, ch := range writesOf(t, l, c) {
			writes := l.losing(hangUp, 100, false)
			began := time.Now()
			f := faultOf(t, c.Apply(t.Context(), ch))
			if writes.Load() != 3 || time.Since(began) > 40*time.Second || f.Written != report.WrittenNone {
				t.Errorf("%s: %d writes, %s, %+v", kind, writes.Load(), time.Since(began), f)
			}
			l.intercept(nil)
		}
	})
}

// Other links of one run may keep a write and its looks waiting for longer than all its tries may take.
func TestWaitingForATurnTakesNoTimeOfAWrite(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		outbound.InTurns(l.client, 1)
		c := l.connect()
		ch := writesOf(t, l, c)["mapping"]
		var others sync.WaitGroup
		var writes atomic.Int32
		l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.HasSuffix(r.URL.Path, "/users/me/"):
				time.Sleep(8 * time.Second)
				return false
			case r.Method == http.MethodGet || writes.Add(1) > 1:
				return false
			}
			for range 2 * int(wire.Patience.Seconds()) / 8 {
				others.Go(func() {
					if a := c.Send(t.Context(), rest.Get("/core/users/me/")); !a.OK() {
						t.Error(a.Outcome())
					}
				})
			}
			synctest.Wait() // until they wait for their turns, before the look at what was written
			hangUp(w)
			return true
		})
		began := time.Now()
		if err := c.Apply(t.Context(), ch); err != nil || writes.Load() != 2 {
			t.Errorf("%d writes, %v", writes.Load(), err)
		}
		if took := time.Since(began); took < wire.Patience {
			t.Errorf("it waited %s only", took)
		}
		others.Wait()
	})
}

func TestAWriteWhoseOutcomeCannotBeSeenIsUnknown(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		c := l.connect()
		ch := writesOf(t, l, c)["pair"]
		var gone atomic.Bool
		l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet {
				gone.Store(true)
			}
			if gone.Load() {
				hangUp(w)
			}
			return gone.Load()
		})
		if f := faultOf(t, c.Apply(t.Context(), ch)); f.Kind != report.FaultUnknown {
			t.Errorf("got %+v", f)
		}
	})
}

func TestAWriteThatNeverLeftIsNotUnknown(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	mapping := mappings.Email(link.EmailTrustAll)
	l.client.CloseIdleConnections()
	l.stop()
	f := faultOf(t, c.Apply(t.Context(), link.Change{Kind: link.KindMapping, After: mapping}))
	if f.Kind != report.FaultUnreachable || f.Written != report.WrittenNone {
		t.Errorf("got %+v", f)
	}
}

func TestSomethingElseInThePlaceOfALostWriteIsReported(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		c := l.connect()
		changes := writesOf(t, l, c)
		l.sim.AddScopeMapping(changes["mapping"].After.(*link.Mapping).Name, "email", "return {}")
		other := *changes["provider"].After.(*link.ProviderState)
		other.ClientID = "of somebody else"
		apply(t, c, link.Change{Kind: link.KindProvider, After: &other})
		taken := *changes["pair"].After.(*link.PairState)
		taken.Application.Slug = "pocketbase"
		for kind, ch := range map[string]link.Change{
			"mapping":  changes["mapping"],
			"provider": changes["provider"],
			"pair":     {Kind: link.KindPair, After: &taken},
		} {
			writes := l.losing(hangUp, 100, false)
			if f := faultOf(t, c.Apply(t.Context(), ch)); f.Kind != report.FaultStale || writes.Load() != 1 {
				t.Errorf("%s: %d writes, %+v", kind, writes.Load(), f)
			}
			l.intercept(nil)
		}
	})
}

func TestAWriteThatIsStoredOtherwiseIsAFault(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	changes := writesOf(t, l, c)
	l.rewrite("/api/v3/core/applications/", func(o map[string]any) { o["group"] = "Elsewhere" })
	f := faultOf(t, c.Apply(t.Context(), changes["application's fields"]))
	if f.Kind != report.FaultUnknown || !strings.Contains(f.Summary.String(), "group") {
		t.Errorf("got %+v", f)
	}
	l.rewrite("/api/v3/providers/oauth2/", func(o map[string]any) { o["redirect_uris"] = []any{} })
	if f := faultOf(t, c.Apply(t.Context(), changes["provider's fields"])); !strings.Contains(f.Summary.String(),
		"redirect_uris") {
		t.Errorf("got %+v", f)
	}
}

func TestACancelledApplyStops(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		c := l.connect()
		ch := writesOf(t, l, c)["pair"]
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		l.losing(lost["silence"], 100, true)
		began := time.Now()
		f := faultOf(t, c.Apply(ctx, ch))
		if f.Kind != report.FaultUnknown || time.Since(began) > 6*time.Second {
			t.Errorf("after %s: %+v", time.Since(began), f)
		}
	})
}
