package login

import (
	"encoding/json"
	"testing"
)

// FuzzChallenge: no answer of a flow executor is too strange to be read.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`{"component": "ak-stage-identification", "user_fields": ["email"], "password_fields": true, "sources": [1]}`,
		`{"component": "ak-stage-password", "response_errors": {"password": [{"string": "x", "code": "y"}, 7]}}`,
		`{"component": "ak-stage-authenticator-validate", "device_challenges": [{"device_class": "totp"}, null]}`,
		`{"component": 7}`, `[]`, `null`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, ok := readChallenge(body)
		if ok != (c.Component != "") || ok && !json.Valid(body) {
			t.Errorf("%q is read as %+v, %v", body, c, ok)
		}
		for i, one := range c.Devices {
			for _, other := range c.Devices[:i] {
				if one == other {
					t.Errorf("%q: a class comes twice", c.Devices)
				}
			}
		}
	})
}
