package authentik_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/sandbox/authentiksim"
)

func TestReadsAreRetriedWhereThatHelps(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	broken := map[string]func(w http.ResponseWriter){
		"429": func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "7")
			answerJSON(w, 429, `{"detail":"Request was throttled."}`)
		},
		"500":     func(w http.ResponseWriter) { w.WriteHeader(500) },
		"502":     func(w http.ResponseWriter) { w.WriteHeader(502) },
		"503":     func(w http.ResponseWriter) { w.WriteHeader(503) },
		"504":     func(w http.ResponseWriter) { w.WriteHeader(504) },
		"hang-up": hangUp,
		"cut off": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			answerJSON(w, 200, `{"results":`)
			hangUp(w)
		},
		"empty":        func(w http.ResponseWriter) { answerJSON(w, 200, "") },
		"garbage":      func(w http.ResponseWriter) { answerJSON(w, 200, "\x00\xff") },
		"nothing":      func(w http.ResponseWriter) { answerJSON(w, 200, "{}") },
		"no list":      func(w http.ResponseWriter) { answerJSON(w, 200, `{"results":null}`) },
		"half of JSON": func(w http.ResponseWriter) { answerJSON(w, 200, `{"results":[`) },
	}
	for name, answer := range broken {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newMemoryLab(t, authentiksim.Config{})
				c := l.connect()
				failures := 2
				l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
					if r.URL.Path != "/api/v3/flows/instances/" || failures == 0 {
						return false
					}
					failures--
					answer(w)
					return true
				})
				began := time.Now()
				if snap := l.observe(c, spec()); len(snap.Flows) == 0 {
					t.Error("no flows")
				}
				took := time.Since(began)
				if name == "429" && took != 14*time.Second || took > 15*time.Second {
					t.Errorf("it took %s", took)
				}
				failures = 100
				began = time.Now()
				_, err := c.Observe(t.Context(), new(spec()).Query())
				faultOf(t, err)
				if took := time.Since(began); took > 30*time.Second || failures < 88 {
					t.Errorf("given up after %s and %d tries", took, 100-failures)
				}
			})
		})
	}
}

func TestALongListIsReadToItsBoundAndNoFurther(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	body := `{"pagination":{"total_pages":200},"results":[],"autocomplete":"` + strings.Repeat("x", 7<<20) + `"}`
	l.intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v3/flows/instances/" {
			return false
		}
		answerJSON(w, 200, body)
		return true
	})
	l.count()
	_, err := c.Observe(t.Context(), new(spec()).Query())
	if f := faultOf(t, err); f.Kind != report.FaultOther || !strings.Contains(f.Summary.String(),
		"more than 64 MB of flows") {
		t.Errorf("got %+v", f)
	}
	if asked := l.asked("GET /api/v3/flows/instances/"); asked > 30 {
		t.Errorf("%d pages were read", asked)
	}
}

func TestACancelledReadIsNotRepeated(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	c := l.connect()
	ctx, cancel := context.WithCancel(t.Context())
	l.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		cancel()
		hangUp(w)
		return true
	})
	l.count()
	l.client.CloseIdleConnections() // on a connection that it has used before, net/http itself repeats a read
	if _, err := c.Provider(ctx, 1); err == nil || l.count() != 1 {
		t.Errorf("the error is %v", err)
	}
}

func TestReadsDoNotWaitForEver(t *testing.T) {
	if _, err := checker(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		l := newMemoryLab(t, authentiksim.Config{})
		c := l.connect()
		l.intercept(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "86400")
			answerJSON(w, 429, `{"detail":"Request was throttled. Expected available in 86400 seconds."}`)
			return true
		})
		began := time.Now()
		_, err := c.Observe(t.Context(), new(spec()).Query())
		if f := faultOf(t, err); !strings.Contains(f.Summary.String(),
			"throttling") || time.Since(began) > time.Second {
			t.Errorf("got %s after %s", f.Summary, time.Since(began))
		}
	})
}

func TestSearchesShowTheFirstMatches(t *testing.T) {
	l := newLab(t, authentiksim.Config{})
	ada := l.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", "", nil)
	for i := range 30 {
		l.sim.AddGroup(fmt.Sprintf("team %02d", i))
	}
	c := l.connect()
	groups, err := c.SearchGroups(t.Context(), "team")
	if err != nil || len(groups) != 20 || groups[0].Name != "team 00" || groups[0].ID == "" {
		t.Errorf("groups %v, %v", groups, err)
	}
	users, err := c.SearchUsers(t.Context(), "lovelace")
	if err != nil || len(users) != 1 || users[0] != (link.Ref{ID: fmt.Sprint(ada), Name: "ada"}) {
		t.Errorf("users %v, %v", users, err)
	}
	if all, err := c.SearchGroups(t.Context(), ""); err != nil || len(all) != 20 {
		t.Errorf("all groups %v, %v", all, err)
	}
	if policies, err := c.SearchPolicies(t.Context(), "nothing like it"); err != nil || len(policies) != 0 ||
		policies == nil {
		t.Errorf("policies %v, %v", policies, err)
	}
}
