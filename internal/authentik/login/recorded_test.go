package login_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"authpocket/internal/report"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

func withCancel(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

type recordedExchange struct {
	Note    string `json:"note"`
	Request struct {
		Method string         `json:"method"`
		Path   string         `json:"path"`
		JSON   map[string]any `json:"json"`
	} `json:"request"`
	Response struct {
		Status    int               `json:"status"`
		Headers   map[string]string `json:"headers"`
		JSON      any               `json:"json"`
		CardTitle string            `json:"html_card_title"`
	} `json:"response"`
}

// TestAgainstTheRecordings plays the sign-ins of a real authentik: the requests must be the recorded ones, and the
// recorded answers must lead to the recorded end.
func TestAgainstTheRecordings(t *testing.T) {
	for scenario, ends := range map[string]func(signin.Return, error) error{
		"signin": func(back signin.Return, err error) error {
			if err != nil || !back.Code.IsSet() || back.State != "s1" {
				return fmt.Errorf("came back with %+v, %w", back, err)
			}
			return nil
		},
		"signin-denied": func(_ signin.Return, err error) error {
			if denied, ok := err.(*signin.LoginError); !ok || denied.Cause != report.CauseNoAccess {
				return fmt.Errorf("not denied: %w", err)
			}
			return nil
		},
	} {
		t.Run(scenario, func(t *testing.T) {
			exchanges := readSignIn(t, scenario)
			played := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if played >= len(exchanges) {
					t.Errorf("one request too many: %s %s", r.Method, r.URL)
					return
				}
				playOne(t, w, r, exchanges[played])
				played++
			}))
			t.Cleanup(server.Close)
			w := newWorld(t)
			w.url = server.URL
			opening := w.opening()
			opening.AuthURL = w.url + exchanges[0].Request.Path
			opening.RedirectURL = "https://pocketbase.company/api/oauth2-redirect"
			who := signin.Credentials{Name: "ada", Password: secret.New("correct horse")}
			back, err := w.client().SignIn(t.Context(), opening, who)
			if problem := ends(back, err); problem != nil {
				t.Error(problem)
			}
			if played != len(exchanges) {
				t.Errorf("%d of %d requests were made", played, len(exchanges))
			}
		})
	}
}

// readSignIn returns the exchanges of a browser, up to the first end of a sign-in.
func readSignIn(t *testing.T, scenario string) (list []recordedExchange) {
	t.Helper()
	text, err := os.ReadFile("../../../sandbox/authentiksim/testdata/recordings/" + scenario + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Exchanges []recordedExchange `json:"exchanges"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, e := range all.Exchanges {
		if !strings.Contains(e.Request.Path, "/flows/executor/") && !strings.Contains(e.Request.Path, "/authorize/") {
			continue
		}
		list = append(list, e)
		if strings.HasPrefix(e.Note, "back at authorize") {
			return list
		}
	}
	t.Fatal("the recording has no end")
	return nil
}

func playOne(t *testing.T, w http.ResponseWriter, r *http.Request, e recordedExchange) {
	want, err := url.Parse(e.Request.Path)
	if err != nil {
		t.Error(err)
		return
	}
	if r.Method != e.Request.Method || r.URL.Path != want.Path || !reflect.DeepEqual(r.URL.Query(), want.Query()) {
		t.Errorf("%s: the request is %s %s, want %s %s", e.Note, r.Method, r.URL, e.Request.Method, e.Request.Path)
	}
	var sent map[string]any
	if err := json.NewDecoder(r.Body).Decode(&sent); r.Method == http.MethodPost &&
		(err != nil || !reflect.DeepEqual(sent, e.Request.JSON)) {
		t.Errorf("%s: sent %v, want %v", e.Note, sent, e.Request.JSON)
	}
	for name, value := range e.Response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(e.Response.Status)
	switch {
	case e.Response.JSON != nil:
		_ = json.NewEncoder(w).Encode(e.Response.JSON)
	case e.Response.CardTitle != "":
		_, _ = fmt.Fprint(w, page(e.Response.CardTitle))
	}
}
