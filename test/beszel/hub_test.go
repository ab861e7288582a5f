package beszel

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"authpocket/internal/authentik"
	"authpocket/internal/authentik/rest"
	"authpocket/internal/engine"
	"authpocket/internal/engine/apply"
	"authpocket/internal/journal"
	"authpocket/internal/link"
	"authpocket/internal/linkfile"
	"authpocket/internal/outbound"
	"authpocket/internal/pocketbase"
	pbrest "authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/sandbox/authentiksim"
	"authpocket/test/servers"
	"authpocket/test/testkey"
)

const password = "correct horse battery"

// hub is a Beszel hub beside a simulated authentik, and an engine between the two.
type hub struct {
	*testing.T
	servers.Program
	binary, token string // of a superuser
	sim           *authentiksim.Server
	authentikURL  string
	authentik     *authentik.Client
	store         *journal.Store
	engine        *engine.Engine
}

// newHub starts both systems. Ada has an account in Beszel, and Grace has none.
func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{T: t, binary: servers.BuildBeszel(t),
		sim: authentiksim.New(authentiksim.Config{SigningKey: testkey.RSA()})}
	h.Program = servers.Run(t, h.binary)
	server := httptest.NewServer(h.sim)
	t.Cleanup(server.Close)
	h.authentikURL = server.URL
	h.sim.AddPerson("ada", "Ada Lovelace", "ada@example.com", password, nil)
	h.sim.AddPerson("grace", "Grace Hopper", "grace@example.com", password, nil)
	var answer struct{ Token string }
	h.call(http.MethodPost, "/api/collections/_superusers/auth-with-password",
		map[string]any{"identity": servers.Email, "password": servers.Password}, &answer)
	h.token = answer.Token
	h.call(http.MethodPost, "/api/collections/users/records", map[string]any{"email": "ada@example.com",
		"password": password, "passwordConfirm": password, "verified": true, "role": "admin"}, nil)
	var err error
	if h.store, err = journal.Open(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	h.connect()
	return h
}

// connect makes a new engine, as another run of the program has.
func (h *hub) connect() {
	h.Helper()
	client, log := outbound.New(outbound.Config{}), slog.New(slog.DiscardHandler)
	h.Cleanup(client.CloseIdleConnections)
	a, err := authentik.Connect(h.Context(), rest.Config{URL: h.authentikURL, Token: secret.New(h.sim.AdminToken()),
		HTTP: client, Log: log})
	if err != nil {
		h.Fatal(err)
	}
	p, err := pocketbase.Connect(h.Context(), pbrest.Config{URL: h.URL, Token: secret.New(h.token), HTTP: client,
		Log: log})
	if err != nil {
		h.Fatal(err)
	}
	h.authentik = a
	h.engine = engine.New(engine.Config{Authentik: a, PocketBase: p, AuthentikURL: h.authentikURL,
		PocketBaseURL: h.URL, Receipts: h.store, Program: "test", Log: log})
}

// restart starts the hub again at its address, with these variables.
func (h *hub) restart(env ...string) {
	h.Helper()
	h.Program = h.Again(h.T, h.binary, env...)
	h.connect()
}

// call calls PocketBase's API as a superuser, once there is a token.
func (h *hub) call(method, path string, body, answer any) {
	h.Helper()
	status, raw := h.try(method, path, h.token, body)
	if status >= 300 {
		h.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	if answer != nil {
		if err := json.Unmarshal(raw, answer); err != nil {
			h.Fatal(err)
		}
	}
}

func (h *hub) try(method, path, token string, body any) (int, []byte) {
	h.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		h.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.Context(), method, h.URL+path, bytes.NewReader(raw))
	if err != nil {
		h.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err != nil {
		h.Fatal(err)
	}
	return res.StatusCode, said
}

// users returns the collection as PocketBase has it.
func (h *hub) users() (users struct {
	CreateRule, AuthRule *string
	MFA                  struct {
		Enabled bool
		Rule    string
	}
	OTP, PasswordAuth struct{ Enabled bool }
	OAuth2            struct {
		Enabled   bool
		Providers []any
	}
}) {
	h.Helper()
	var list struct{ Items []json.RawMessage }
	h.call(http.MethodGet, "/api/collections?filter="+url.QueryEscape(`name="users"`), nil, &list)
	if err := json.Unmarshal(list.Items[0], &users); err != nil {
		h.Fatal(err)
	}
	return users
}

// plan returns the plan of a link file with the preset and these further lines.
func (h *hub) plan(more string) link.Plan {
	h.Helper()
	r := linkfile.Reader{Lookup: func(string) (string, bool) { return "token", true }}
	files, err := r.Parse("link.yaml", []byte("authentik: {url: '"+h.authentikURL+"', token: '${AUTHENTIK_TOKEN}'}\n"+
		"pocketbase: {url: '"+h.URL+"', token: '${POCKETBASE_TOKEN}'"+more+"}\npreset: beszel\nemail: trust-all\n"))
	if err != nil {
		h.Fatal(err)
	}
	spec, problems := files[0].Spec()
	if len(problems) > 0 {
		h.Fatal(problems)
	}
	plan, err := h.engine.Plan(h.Context(), spec)
	if err != nil {
		h.Fatal(err)
	}
	return plan
}

func (h *hub) apply(plan link.Plan) {
	h.Helper()
	if err := h.engine.Apply(h.Context(), plan, func(apply.Event) {}); err != nil {
		h.Fatal(err)
	}
}

// signIn makes a test sign-in, and holds it to its outcome.
func (h *hub) signIn(d link.Desired, name string, want signin.Outcome) *signin.Verdict {
	h.Helper()
	check, v := h.engine.SignIns.Run(h.Context(), &d, signin.Credentials{Name: name, Password: secret.New(password)})
	if v == nil || v.Outcome != want {
		h.Fatalf("%s: %+v, %+v, want %s", name, check, v, want)
	}
	return v
}

// signInHere signs a person in as Beszel does without a pop-up: authentik returns to the address of Beszel itself.
func (h *hub) signInHere(d link.Desired, name string) map[string]any {
	h.Helper()
	var methods struct {
		OAuth2 struct {
			Providers []struct{ Name, AuthURL, State, CodeVerifier string }
		}
	}
	h.call(http.MethodGet, "/api/collections/users/auth-methods", nil, &methods)
	p, here := methods.OAuth2.Providers[0], h.URL+"/"
	back, err := h.authentik.SignIn(h.Context(), d, signin.Opening{AuthURL: p.AuthURL + url.QueryEscape(here),
		RedirectURL: here, State: p.State}, signin.Credentials{Name: name, Password: secret.New(password)})
	if err != nil {
		h.Fatal(err)
	}
	status, said := h.try(http.MethodPost, "/api/collections/users/auth-with-oauth2", "", map[string]any{
		"provider": p.Name, "code": back.Code.Reveal(), "codeVerifier": p.CodeVerifier, "redirectURL": here})
	var answer struct{ Record map[string]any }
	if err := json.Unmarshal(said, &answer); err != nil || status != http.StatusOK {
		h.Fatalf("%s: %d %s, %v", name, status, said, err)
	}
	return answer.Record
}
