package link

import (
	"strings"

	"authpocket/internal/secret"
)

// RecordWords says in one sentence which account a sign-in led to.
func RecordWords(e Exchanged) string {
	if e.Record == nil {
		return ""
	}
	address := "without an e-mail address"
	if e.Record.Email != "" {
		address = e.Record.Email
		if e.Record.Verified {
			address += ", verified"
		} else {
			address += ", not verified"
		}
	}
	switch e.Outcome {
	case OutcomeNew:
		return "A new account was made: " + address + "."
	case OutcomeLinked:
		return "The account that was there was linked: " + address + "."
	}
	return "It led to the account that was linked before: " + address + "."
}

// RefusalWords is what PocketBase answered, in one sentence; empty for
// nothing.
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
