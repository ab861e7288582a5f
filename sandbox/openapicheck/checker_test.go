package openapicheck_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"authpocket/sandbox/openapicheck"
)

var checker *openapicheck.Checker // created once, since loading the document takes a second

func TestMain(m *testing.M) {
	var err error
	if checker, err = openapicheck.New(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestRequest(t *testing.T) {
	const uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
	const oauth2, together = "/api/v3/providers/oauth2/", "/api/v3/core/transactional/applications/"
	provider := `{"name":"P","authorization_flow":"` + uuid + `","invalidation_flow":"` + uuid + `","redirect_uris":[]`
	for name, test := range map[string]struct {
		method, path, body string
		wrong              string // part of the report; empty means none
	}{
		"other paths are ignored": {"GET", "/application/o/x/jwks/?what=ever", "", ""},
		"known path":              {"GET", "/api/v3/core/users/me/", "", ""},
		"unknown path":            {"GET", "/api/v3/core/nope/", "", "no matching"},
		"wrong method":            {"POST", "/api/v3/core/users/me/", "{}", "method"},
		"known query":             {"GET", "/api/v3/core/groups/?include_users=false&page_size=5", "", ""},
		"unknown query":           {"GET", "/api/v3/core/groups/?includeusers=false", "", `"includeusers"`},
		"valid body":              {"POST", oauth2, provider + "}", ""},
		"misspelt key":            {"POST", oauth2, provider + `,"sub_mod":"user_id"}`, "sub_mod"},
		"unknown word":            {"POST", oauth2, provider + `,"sub_mode":"user"}`, "sub_mode"},
		"missing key":             {"POST", oauth2, `{"name":"P"}`, "authorization_flow"},
		"transactional": {"PUT", together, `{"app":{"name":"a","slug":"a"},` +
			`"provider_model":"authentik_providers_oauth2.oauth2provider","provider":` + provider + `}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, test.path, strings.NewReader(test.body))
			if test.body != "" {
				r.Header.Set("Content-Type", "application/json")
			}
			err := checker.Request(r)
			if test.wrong == "" && err != nil {
				t.Errorf("reported %v", err)
			}
			if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
				t.Errorf("reported %v, want a mention of %s", err, test.wrong)
			}
		})
	}
}

func TestHandlerReportsAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		valid  bool
	}{
		"as described": {200, `{"error_reporting":{"enabled":false,"sentry_dsn":"","environment":"",` +
			`"send_pii":false,"traces_sample_rate":0.1},` +
			`"capabilities":[],"cache_timeout":1,"cache_timeout_flows":1,"cache_timeout_policies":1}`, true},
		"key missing":         {200, `{"capabilities":[]}`, false},
		"undescribed status":  {418, `{}`, false},
		"forbidden":           {403, `{"detail":"no"}`, true},
		"method not allowed":  {405, `{"detail":"no"}`, true},
		"405 in another form": {405, `{"error":"no"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var reported []error
			h := checker.Handler(func(err error) { reported = append(reported, err) }, http.HandlerFunc(
				func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(test.status)
					fmt.Fprint(w, test.body)
				}))
			recorder := httptest.NewRecorder()
			h.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/api/v3/root/config/", nil))
			if recorder.Code != test.status || recorder.Body.String() != test.body {
				t.Errorf("the answer was not forwarded: %d %s", recorder.Code, recorder.Body)
			}
			if (len(reported) == 0) != test.valid {
				t.Errorf("reported %v", reported)
			}
		})
	}
}
