// Package record works out the record that PocketBase makes of a person's claims at their first sign-in with OAuth2,
// and what its validation says to that record or to one that it saves again.
package record

import (
	"encoding/json"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// User is what PocketBase reads from the claims (tools/auth/oidc.go, tools/auth/auth.go). Email is empty unless the
// claims call it verified.
type User struct{ ID, Name, Username, Email, AvatarURL string }

// Fault is a refusal as PocketBase answers it: data.<field>.code. It is empty where PocketBase names no field.
type Fault struct{ Field, Code string }

// Draft is the record that PocketBase makes. A value that can't be known is nil in the maps, and its field is a key of
// Unknown. Values have the types in which PocketBase stores them: string, float64, bool, []string for several values,
// a point as map[string]any, and JSON decoded.
type Draft struct {
	// Body is the payload of the internal create request, which rules see as @request.body.
	Body map[string]any
	// Before holds the record's values as the create rule sees them, After as they are saved.
	Before, After map[string]any
	// Unknown says why a field's value can't be known.
	Unknown map[string]string
	// Faults is what validation refuses, empty if it passes.
	Faults []Fault
	// Doubts are noun phrases for what might refuse the record and can't be known.
	Doubts []say.Text
	// Again reports whether PocketBase refuses the record only when it saves it once more, as verified.
	Again bool
	// BeforeRule reports whether PocketBase refuses the record before it checks the create rule.
	BeforeRule bool
}

// Lookup reports whether a record of the collection holds the value in the field. anyCase ignores the case of ASCII
// letters.
type Lookup func(field, value string, anyCase bool) (bool, error)

// Existence reports whether a collection, given by its ID, has a record.
type Existence func(collection, record string) (bool, error)

// Known is what can be asked about other records. Without Exists it can't be known which records there are.
type Known struct {
	Holds  Lookup
	Exists Existence
}

// New returns the record that PocketBase makes of the user.
func New(c *link.CollectionState, u User, version string, known Known) Draft {
	d := newDraft(c, u, release(version), known)
	d.setPayload()
	d.setBody()
	d.setBefore()
	d.setAfter()
	d.validate()
	return d.Draft
}

// Link returns what PocketBase's validation refuses in the link of a record with the user's subject: the field
// providerId of _externalAuths.
func Link(u User) []Fault {
	if code := (&field{Required: true}).plainTextFault(u.ID); code != "" {
		return []Fault{{"providerId", code}}
	}
	return nil
}

// Check returns what PocketBase's validation refuses in an existing record that is saved again without a change.
// values are the record's fields as PocketBase answers them to a superuser; fields without a value are not checked.
func Check(c *link.CollectionState, values map[string]json.RawMessage, version string) []Fault {
	return check(readFields(c, release(version)), values)
}

func check(fields []field, values map[string]json.RawMessage) []Fault {
	var faults []Fault
	for _, f := range fields {
		raw, given := values[f.Name]
		if !given || f.Type == typePassword || f.PrimaryKey {
			continue // PocketBase never answers passwords, and keeps the ID of an existing record as it is
		}
		switch code := f.fault(f.stored(raw), false); code {
		case "":
		case crash:
			return []Fault{{}}
		default:
			faults = append(faults, Fault{f.Name, code})
		}
	}
	return faults
}

// EmailDomains returns the only domains that the addresses of the collection may have, and those that they may not.
func EmailDomains(c *link.CollectionState) (only, except []string) {
	for _, f := range readFields(c, "") {
		if f.Name == nameEmail {
			return f.OnlyDomains, f.ExceptDomains
		}
	}
	return nil, nil
}
