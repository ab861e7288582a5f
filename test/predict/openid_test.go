package predict_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"authpocket/internal/pocketbase/pbtest"
)

const clientID = "client-of-the-test"

// openID is an OpenID provider that answers the claims of the person whom the code names.
type openID struct {
	url    string
	mu     sync.Mutex
	people map[string]map[string]json.RawMessage
}

func newOpenID(t testing.TB) *openID {
	o := &openID{people: map[string]map[string]json.RawMessage{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", o.token)
	mux.HandleFunc("GET /userinfo", o.userInfo)
	mux.HandleFunc("GET /picture.png", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(pixel())
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// pixel returns a PNG picture.
func pixel() []byte {
	raw, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" +
		"+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return raw
}

// expect makes the code stand for a person with these claims.
func (o *openID) expect(code string, claims map[string]json.RawMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.people[code] = claims
}

func (o *openID) claims(code string) map[string]json.RawMessage {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.people[code]
}

func (o *openID) token(w http.ResponseWriter, r *http.Request) {
	code := r.FormValue("code")
	claims := maps.Clone(o.claims(code))
	if claims == nil {
		pbtest.AnswerJSON(w, http.StatusBadRequest, `{"error":"invalid_grant"}`)
		return
	}
	claims["aud"], claims["iss"] = text(clientID), text(o.url)
	part := base64.RawURLEncoding.EncodeToString
	idToken := part([]byte(`{"alg":"HS256"}`)) + "." + part([]byte(encoded(claims))) + "." + part([]byte("unread"))
	pbtest.AnswerJSON(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":60,`+
		`"id_token":%q}`, code, idToken))
}

func (o *openID) userInfo(w http.ResponseWriter, r *http.Request) {
	claims := o.claims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	pbtest.AnswerJSON(w, http.StatusOK, encoded(claims))
}

func encoded(claims map[string]json.RawMessage) string {
	raw, err := json.Marshal(claims)
	if err != nil {
		return "null"
	}
	return string(raw)
}
