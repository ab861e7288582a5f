package predict_test

import (
	"encoding/json"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/signin"
)

// TestReleasesDiffer holds what real servers of these releases did with the same account and claims.
func TestReleasesDiffer(t *testing.T) {
	t.Parallel()
	open, required := "", func(name string) link.CollectionField {
		return link.CollectionField{Name: name, Type: "text", Required: true,
			Options: json.RawMessage(`{"name":"` + name + `","type":"text","required":true}`)}
	}
	claims := map[string]json.RawMessage{"sub": json.RawMessage(`"subject-of-ada"`),
		"email": json.RawMessage(`"ada@example.com"`), "email_verified": json.RawMessage(`true`)}
	anyCase := []string{"CREATE UNIQUE INDEX `idx` ON `users` (`email` COLLATE NOCASE) WHERE `email` != ''"}
	for name, c := range map[string]struct {
		version string
		account signin.Account
		fields  []link.CollectionField
		indexes []string
		want    report.CauseID // empty: linked
	}{
		"linked elsewhere": {"0.36.8", signin.Account{LinkedSubject: "another"}, nil, nil,
			report.CauseOtherSubject},
		"linked elsewhere, and cannot be saved": {"0.36.8", signin.Account{LinkedSubject: "another"},
			[]link.CollectionField{required("extra")}, nil, report.CauseAccountFields},
		"linked elsewhere, never verified, today": {"0.39.11", signin.Account{LinkedSubject: "another"}, nil, nil, ""},
		"address in another case": {"0.24.4", signin.Account{Email: "ADA@EXAMPLE.COM", Verified: true},
			nil, anyCase, report.CauseDuplicateEmail},
		"address in another case, since 0.25": {"0.25.0", signin.Account{Email: "ADA@EXAMPLE.COM", Verified: true}, nil,
			anyCase, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.account.ID = "aaaaaaaaaaaaaaa"
			if c.account.Email == "" {
				c.account.Email = "ada@example.com"
			}
			c.account.Values = map[string]json.RawMessage{"email": json.RawMessage(`"` + c.account.Email + `"`),
				"extra": json.RawMessage(`""`)}
			fields := append(c.fields, link.CollectionField{Name: "email", Type: "email", System: true,
				Options: json.RawMessage(`{"name":"email","type":"email","system":true}`)})
			p := predict.Predict(&predict.World{Version: c.version, Slot: "oidc", Claims: claims, ByEmail: &c.account,
				Collection: link.CollectionState{Name: "users", CreateRule: &open, AuthRule: &open, Fields: fields,
					Indexes: c.indexes},
				Holds: func(_, _ string, anyCase bool) (bool, error) { return anyCase, nil }})
			if p.Cause != c.want || (c.want == "") != (p.Outcome == signin.OutcomeLinked) {
				t.Errorf("%s is %s because of %q, want %q: %s", c.version, p.Outcome, p.Cause, c.want, p.Words)
			}
		})
	}
}
