package signin

import (
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

// RecordTitle returns a sentence that names the account a sign-in led to, empty for a nil record.
func RecordTitle(o Outcome, r *Record) string {
	if r == nil {
		return ""
	}
	address := "without an e-mail address"
	if r.Email != "" {
		address = r.Email
		if r.Verified {
			address += ", verified"
		} else {
			address += ", not verified"
		}
	}
	switch o {
	case OutcomeNew:
		return "A new account was created: " + address
	case OutcomeLinked:
		return "Linked to an existing account: " + address
	}
	return "Signed in to the linked account: " + address
}

// Words returns the outcome of the sign-in as one line.
func (v Verdict) Words() string {
	parts := v.Details
	if title := RecordTitle(v.Outcome, v.Record); v.Works {
		parts = append([]string{"The sign-in works.", title + "."}, parts...)
	} else if known, found := FindCause(v.Cause); found {
		parts = append([]string{known.Title + "."}, parts...)
	}
	return link.Joined(parts...)
}

// RefusalWords returns PocketBase's error response as one sentence, empty for none.
func RefusalWords(r *Refusal) string {
	if r == nil || r.Message == "" {
		return ""
	}
	said := "PocketBase answered “" + secret.Scrub(r.Message) + "”"
	var fields []string
	for _, f := range r.Fields {
		fields = append(fields, f.Path+": "+strings.TrimSuffix(secret.Scrub(f.Message), "."))
	}
	if len(fields) > 0 {
		said += " (" + strings.Join(fields, ", ") + ")"
	}
	return said + "."
}
