package checks

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"unicode/utf8"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/wire"
)

// recorded is what a real authentik answered, by name.
func recordedAnswers(t testing.TB) map[string]rest.Object {
	raw, err := os.ReadFile("../rest/testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]rest.Object
	if err := json.Unmarshal(raw, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

func TestARecordedPreviewIsVerified(t *testing.T) {
	if !verified(recordedAnswers(t)["preview"].Object("preview")) {
		t.Error("the preview's address is not verified")
	}
}

func TestRecordedKeysAreTold(t *testing.T) {
	for name, want := range map[string]string{"jwks": "RSA", "jwks-ec": "EC", "jwks-none": ""} {
		raw, err := json.Marshal(recordedAnswers(t)[name])
		if err != nil {
			t.Fatal(err)
		}
		kinds, readable := keyKinds(raw)
		if !readable || (want == "") != (len(kinds) == 0) || want != "" && kinds[0] != want {
			t.Errorf("%s: %v %v", name, kinds, readable)
		}
	}
}

type recordedProbe struct {
	Note, Path, Location, Type, Card string
	Status                           int
}

func TestRecordedAnswersOfAuthorize(t *testing.T) {
	raw, err := os.ReadFile("testdata/authorize.json")
	if err != nil {
		t.Fatal(err)
	}
	var probes []recordedProbe
	if err := json.Unmarshal(raw, &probes); err != nil {
		t.Fatal(err)
	}
	causes := map[string]report.CauseID{
		"probe: unknown client":                                  report.CauseUnknownClient,
		"probe: redirect URI with a slash too many":              report.CauseRedirectMismatch,
		"probe: redirect URI with another scheme":                report.CauseRedirectMismatch,
		"probe: no redirect URI":                                 report.CauseRedirectMismatch,
		"probe: bad response type":                               report.CauseRedirectMismatch,
		"probe: grant type not enabled":                          report.CauseGrantTypes,
		"without prompt=none a person is sent to the login flow": report.CauseHTMLInsteadOfJSON,
	}
	for _, p := range probes {
		a := rest.Answer{Answer: wire.Answer{Status: p.Status, Body: []byte("<html><h1>" + p.Card + "</h1>")}}
		a.Header = map[string][]string{"Content-Type": {p.Type}, "Location": {p.Location}}
		r := readProbe(a, "https://pocketbase.company/api/oauth2-redirect")
		if r.accepted != (p.Note == "probe: all is well") || r.cause != causes[p.Note] || r.said.Empty() {
			t.Errorf("%s: %+v", p.Note, r)
		}
		if !r.accepted && (r.means.Empty() || r.remedy.Empty()) {
			t.Errorf("%s: no words", p.Note)
		}
	}
	for _, body := range []string{"<title>Bad Request</title>"} {
		a := rest.Answer{Answer: wire.Answer{Status: 400, Body: []byte(body)}}
		if !readProbe(a, "myapp://redirect").accepted || readProbe(a, "https://x").accepted {
			t.Error("“Bad Request” means yes for an app's own scheme only")
		}
	}
	if r := readProbe(rest.Answer{Answer: wire.Answer{Status: 200, Body: []byte("<h1>Permission denied</h1>")}},
		"https://x"); r.accepted || r.cause != report.CauseDiscovery {
		t.Errorf("without an application: %+v", r)
	}
}

// FuzzDiscovery gives the checks of the public addresses answers of any bytes.
func FuzzDiscovery(f *testing.F) {
	f.Add(200, []byte(`{"issuer":"https://authentik.company/application/o/pocketbase/","jwks_uri":"x"}`),
		[]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	f.Add(200, []byte(`{"issuer":"https://other.company/"}`), []byte(`{}`))
	f.Add(200, []byte(`{"issuer":7}`), []byte(`{"keys":[null,{"kty":"EC"},{"kty":"OKP","crv":"Ed25519"}]}`))
	f.Add(500, []byte("<h1>"), []byte("\xff"))
	f.Fuzz(func(t *testing.T, status int, discovery, keys []byte) {
		if status < 200 || status > 599 {
			return
		}
		d := link.Desired{AuthentikURL: "https://authentik.company"}
		d.Application.Slug = "pocketbase"
		m := &measured{c: &Checker{}, d: d,
			discovery: rest.Answer{Answer: wire.Answer{Status: status, Body: discovery}},
			jwks:      rest.Answer{Answer: wire.Answer{Status: status, Body: keys}}}
		for _, check := range append(m.judgeDiscovery(), *m.judgeKeys()) {
			if check.Status == "" || check.Evidence.Empty() || !utf8.ValidString(check.Evidence.String()) ||
				len(check.Evidence.String()) > 4000 {
				t.Errorf("got %+v", check)
			}
			if check.Status == report.Pass && status != http.StatusOK {
				t.Errorf("%d passes: %+v", status, check)
			}
		}
	})
}
