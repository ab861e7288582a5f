package rest

import (
	"net/http"
	"strings"
	"testing"

	"authpocket/internal/pocketbase/pbtest"
)

// dashboardOf serves the dashboard of a PocketBase of the given version.
func dashboardOf(version string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/_/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write(
				[]byte(`<html><script src="./libs/prism.js"></script><script type="module" crossorigin src="./assets/index-Ab_c-9.js"></script>`))
		case "/_/assets/index-Ab_c-9.js":
			_, _ = w.Write([]byte(strings.Repeat("x", 30<<10) + `"title","PocketBase v` + version + `",p(e` +
				strings.Repeat("y", 5<<20)))
		case "/api/health":
			pbtest.AnswerJSON(w, 200, `{"message":"API is healthy.","code":200,"data":{}}`)
		default:
			pbtest.AnswerJSON(w, 404, `{"data":{},"message":"The requested resource wasn't found.","status":404}`)
		}
	}
}

func TestDashboardVersion(t *testing.T) {
	t.Parallel()
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/_/" {
				_, _ = w.Write([]byte(body))
				return
			}
			http.NotFound(w, r)
		}
	}
	for _, one := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"found", dashboardOf("0.36.8"), "0.36.8"},
		{"no dashboard", http.NotFound, ""},
		{"another page", page("<html>"), ""},
		{"no script", page(`<script src="./assets/index-x.js">`), ""},
		{"a script of another host", page(`<script src="https://evil.example/assets/index-x.js">`), ""},
		{"not a version", dashboardOf("next"), ""},
		{"beyond the bound", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/_/" {
				page(`<script src="./assets/index-x.js">`)(w, r)
				return
			}
			_, _ = w.Write([]byte(strings.Repeat("x", maxScript) + "PocketBase v0.1.2"))
		}, ""},
	} {
		w := newTransport(config(t, pbtest.Serve(t, one.handler), ""))
		if got := w.dashboardVersion(t.Context(), w.dashboardScript(t.Context())); got != one.want {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
}

// features returns a client of a server without a dashboard that has the given settings and routes.
func features(t *testing.T, settings string, coop bool, routes ...string) *Client {
	t.Helper()
	url := pbtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if coop {
			w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		}
		for _, route := range routes {
			if r.Method+" "+r.URL.Path == route && r.Header.Get("Authorization") == "" {
				pbtest.AnswerJSON(w, 401,
					`{"data":{},"message":"The request requires valid record authorization token.","status":401}`)
				return
			}
		}
		switch r.URL.Path {
		case "/api/health":
			pbtest.AnswerJSON(w, 200, `{"message":"API is healthy.","code":200,"data":{}}`)
		case superusers + "/auth-refresh":
			pbtest.AnswerJSON(w, 200, `{"record":{"collectionName":"_superusers"}}`)
		case "/api/settings":
			pbtest.AnswerJSON(w, 200, settings)
		default:
			pbtest.AnswerJSON(w, 404, `{"data":{},"message":"The requested resource wasn't found.","status":404}`)
		}
	})
	client, err := Connect(t.Context(), config(t, url, tokenOf(`{"type":"auth","exp":4000000000}`)))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestFeatureVersion(t *testing.T) {
	t.Parallel()
	const (
		crons   = "GET /api/crons"
		sql     = "POST /api/sql"
		old     = `{"meta":{"appName":"x"},"logs":{"maxDays":5}}`
		accent  = `{"meta":{"appName":"x","accentColor":"#fff"},"logs":{"maxDays":5}}`
		ips     = `{"meta":{"appName":"x","accentColor":"#fff"},"logs":{"maxDays":5},"superuserIPs":[]}`
		maxSize = `{"meta":{"appName":"x","accentColor":"#fff"},"logs":{"maxDays":5,"maxDataSize":9},"superuserIPs":[]}`
	)
	for _, one := range []struct {
		name, settings string
		coop           bool
		routes         []string
		want           string
	}{
		{"nothing new", old, false, nil, "0.23"},
		{"crons", old, false, []string{crons}, "0.24-0.36"},
		{"accent colour", accent, false, []string{crons}, "0.37"},
		{"superuser IPs", ips, false, []string{crons}, "0.38"},
		{"sql", ips, false, []string{crons, sql}, "0.39"},
		{"log size", maxSize, false, []string{crons, sql}, "0.40+"},
		{"header, settings hidden", `<html>`, true, []string{crons, sql}, "0.40+"},
		{"settings hidden", `<html>`, false, []string{crons, sql}, "0.39+"},
	} {
		if got := features(t, one.settings, one.coop, one.routes...).Identity().Version; got != one.want {
			t.Errorf("%s: %q, want %q", one.name, got, one.want)
		}
	}
}

// TestFeatureVersionReal deduces the version of a real server without its dashboard.
func TestFeatureVersionReal(t *testing.T) {
	t.Parallel()
	server := pbtest.Start(t)
	cfg := config(t, server.URL(), server.Token())
	calls := pbtest.Record(cfg.HTTP)
	client, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	calls.Reset()
	t.Cleanup(func() { calls.CheckManners(t) })
	if got := client.featureVersion(t.Context(), false); got != "0.39" {
		t.Errorf("%q, want 0.39", got)
	}
}

func TestRelease(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		version                   string
		oldReads, may0400, byName bool
	}{
		{"", false, true, false},
		{"nonsense", false, true, false},
		{"0.36.7", true, false, false},
		{"0.36.8", false, false, false},
		{"0.23", true, false, false},
		{"0.24-0.36", false, false, false},
		{"0.39", false, false, false},
		{"0.39+", false, true, false},
		{"0.40+", false, true, false},
		{"0.40.0", false, true, false},
		{"0.40.1", false, false, true},
		{"1.0.0", false, false, true},
	} {
		r := ParseRelease(one.version)
		if r.Before(ReadsSafely) != one.oldReads || r.MayBe(MergesNot) != one.may0400 ||
			r.Since(MergesByName) != one.byName {
			t.Errorf("%q: %+v: before 0.36.8 %v, may be 0.40.0 %v, since 0.40.1 %v", one.version, r,
				r.Before(ReadsSafely), r.MayBe(MergesNot), r.Since(MergesByName))
		}
	}
}
