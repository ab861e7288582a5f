package signin

import (
	"strings"

	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// RecordTitle returns a sentence that names the account a sign-in led to, empty for a nil record.
func RecordTitle(o Outcome, r *Record) say.Text {
	if r == nil {
		return say.Text{}
	}
	address := say.Of("without an e-mail address")
	switch {
	case r.Email != "" && r.Verified:
		address = say.Of("%s, verified", r.Email)
	case r.Email != "":
		address = say.Of("%s, not verified", r.Email)
	}
	switch o {
	case OutcomeNew:
		return say.Of("A new account was created: %s", address)
	case OutcomeLinked:
		return say.Of("Linked to an existing account: %s", address)
	}
	return say.Of("Signed in to the linked account: %s", address)
}

// Words returns the outcome of the sign-in as one line.
func (v *Verdict) Words() say.Text {
	parts := v.Details
	if title := RecordTitle(v.Outcome, v.Record); v.Works {
		parts = append([]say.Text{say.Of("The sign-in works."), say.Of("%s.", title)}, parts...)
	} else if known, found := FindCause(v.Cause); found {
		parts = append([]say.Text{say.Of("%s.", known.Title)}, parts...)
	}
	return say.Join(parts...)
}

// RefusalWords returns PocketBase's error response as one sentence, empty for none.
func RefusalWords(r *Refusal) say.Text {
	if r == nil || r.Message == "" {
		return say.Text{}
	}
	var fields []string
	for _, f := range r.Fields {
		fields = append(fields, f.Path+": "+strings.TrimSuffix(secret.Scrub(f.Message), "."))
	}
	if len(fields) == 0 {
		return say.Of("PocketBase answered “%s”.", secret.Scrub(r.Message))
	}
	return say.Of("PocketBase answered “%s” (%s).", secret.Scrub(r.Message), strings.Join(fields, ", "))
}
