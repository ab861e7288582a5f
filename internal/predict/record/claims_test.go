package record_test

import (
	"encoding/json"
	"errors"
	"testing"

	"authpocket/internal/predict/record"
)

func TestRead(t *testing.T) {
	const ada = `"sub":"1","name":"Ada","preferred_username":"ada","picture":"p","email":"a@b.c"`
	full := record.User{ID: "1", Name: "Ada", Username: "ada", Email: "a@b.c", AvatarURL: "p"}
	unverified := full
	unverified.Email = ""
	tests := []struct {
		claims, version string
		user            record.User
		refused         record.ClaimError
	}{
		{claims: `{` + ada + `,"email_verified":true}`, user: full},
		{claims: `{` + ada + `,"email_verified":true}`, version: "0.23.0", user: full},
		{claims: `{` + ada + `,"email_verified":"true"}`, user: full},
		{claims: `{` + ada + `,"email_verified":"true"}`, version: "0.39.11", user: full},
		{claims: `{` + ada + `,"email_verified":"yes"}`, user: unverified},
		{claims: `{` + ada + `,"email_verified":2}`, user: full},
		{claims: `{` + ada + `,"email_verified":["true"]}`, user: unverified},
		{claims: `{` + ada + `,"email_verified":null}`, version: "0.23.0", user: unverified},
		{claims: `{` + ada + `}`, user: unverified},
		{claims: `{` + ada + `,"email_verified":"true"}`, version: "0.26.5",
			refused: record.ClaimError{Claim: "email_verified", Want: "boolean", Got: "string"}},
		{claims: `{` + ada + `,"email_verified":"true"}`, version: "0.26.6", user: full},
		{claims: `{"sub":1}`, version: "0.39.11",
			refused: record.ClaimError{Claim: "sub", Want: "string", Got: "number"}},
		{claims: `{"sub":1}`, refused: record.ClaimError{Claim: "sub", Want: "string", Got: "number"}},
		{claims: `{"name":["a"]}`, refused: record.ClaimError{Claim: "name", Want: "string", Got: "array"}},
		{claims: `{"name":{}}`, version: "0.30.0",
			refused: record.ClaimError{Claim: "name", Want: "string", Got: "object"}},
		{claims: `{"picture":false}`, version: "0.30.0",
			refused: record.ClaimError{Claim: "picture", Want: "string", Got: "boolean"}},
		{claims: `{"sub":"1","name":null}`, user: record.User{ID: "1"}},
		{claims: `{"sub":"1","name":null}`, version: "0.39.11", user: record.User{ID: "1"}},
		// Before encoding/json/v2, the case of keys does not matter.
		{claims: `{"Sub":"1","NAME":"Ada","Email_Verified":true,"Email":"a@b.c"}`, version: "0.39.11",
			user: record.User{ID: "1", Name: "Ada", Email: "a@b.c"}},
		{claims: `{"Sub":"1","NAME":"Ada","Email_Verified":true,"Email":"a@b.c"}`, version: "0.40.4"},
		{claims: `{"Sub":"2","sub":"1"}`, version: "0.39.11", user: record.User{ID: "1"}},
		{claims: `{"Sub":2,"sub":"1"}`, version: "0.40.0", user: record.User{ID: "1"}},
		{claims: `{"Sub":2,"sub":"1"}`, version: "0.39.11",
			refused: record.ClaimError{Claim: "sub", Want: "string", Got: "number"}},
		// PocketBase decodes the other claims as well.
		{claims: `{"sub":"1","n":1e999}`, version: "0.39.11",
			refused: record.ClaimError{Claim: "n", Want: "readable value", Got: "number out of range"}},
		{claims: `{"sub":"1","x":{"a":1,"a":2}}`, version: "0.39.11", user: record.User{ID: "1"}},
		{claims: `{"sub":"1","x":[{"a":1,"a":2}]}`, version: "0.40.4",
			refused: record.ClaimError{Claim: "x", Want: "readable value", Got: "object with a repeated key"}},
		{claims: `{"sub":"1","name":"\ud800"}`, version: "0.39.11", user: record.User{ID: "1", Name: "\ufffd"}},
		{claims: `{"sub":"1","name":"\ud800"}`, version: "0.40.4",
			refused: record.ClaimError{Claim: "name", Want: "readable value", Got: "text with broken characters"}},
		{claims: `{"sub":"1","name":"\ud83d\ude00\\ud800"}`, user: record.User{ID: "1", Name: `😀\ud800`}},
	}
	for _, test := range tests {
		var claims map[string]json.RawMessage
		if err := json.Unmarshal([]byte(test.claims), &claims); err != nil {
			t.Fatal(err)
		}
		user, err := record.Read(claims, test.version)
		var refused *record.ClaimError
		switch {
		case errors.As(err, &refused):
			if *refused != test.refused {
				t.Errorf("%s in %q: %v", test.claims, test.version, err)
			}
		case err != nil:
			t.Errorf("%s in %q: %v", test.claims, test.version, err)
		case user != test.user || test.refused != record.ClaimError{}:
			t.Errorf("%s in %q: %+v", test.claims, test.version, user)
		}
	}
}
