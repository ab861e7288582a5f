package signins

import (
	"encoding/json"
	"strings"
	"testing"

	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// FuzzLogLine reads log lines of any shape.
func FuzzLogLine(f *testing.F) {
	f.Add([]byte(
		`{"created":"2026-05-01 10:00:00.000Z","data":{"url":"/api/collections/users/auth-with-oauth2","method":"POST","status":400,"error":"Failed to fetch OAuth2 token.","details":"oauth2: \"invalid_client\"","userIP":"1.2.3.4"}}`))
	f.Add([]byte(
		`{"data":{"url":"/api/oauth2-redirect?code=the-code-never-to-be-shown&state=x","details":{"email":"blank"}}}`))
	f.Add([]byte(`{"data":{"url":"\u0000?","status":-1,"details":[[]]}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var e rest.LogLine
		if json.Unmarshal(line, &e) != nil {
			return
		}
		trail, _ := readTrail([]rest.LogLine{e}, signin.TrailQuery{Exchange: true,
			Hide: []secret.Text{secret.New("the-code-never-to-be-shown")}}, false)
		for _, one := range trail.Evidence {
			if strings.Contains(one.Text.String(), "the-code-never-to-be-shown") {
				t.Errorf("the evidence is %q", one.Text)
			}
		}
		if _, known := signin.FindCause(trail.Cause); trail.Cause != "" && !known {
			t.Errorf("there is no cause %q", trail.Cause)
		}
	})
}
