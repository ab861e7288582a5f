// Package rule decides the API rules of a PocketBase collection without asking PocketBase.
//
// PocketBase turns a rule into the WHERE clause of an SQLite query (tools/search/filter.go), so this package follows
// the types and the NULLs of SQLite. It decides as PocketBase does since 0.24, and on request as 0.23.
package rule

import (
	"strings"

	"authpocket/internal/link"
)

// Truth is yes, no, or cannot be known.
type Truth int

// The truths.
const (
	Unknown Truth = iota
	No
	Yes
)

// String returns the truth as a word.
func (t Truth) String() string { return [...]string{"unknown", "no", "yes"}[t] }

// Answer is what is known about a rule.
type Answer struct {
	Truth Truth
	// Unknown is the comparison that cannot be known, such as "@collection.teams.id ?= id".
	Unknown string
	// Broken reports whether PocketBase can't evaluate the rule. It then refuses the request, whatever the rule is
	// for; an MFA rule too. Truth is No.
	Broken bool
}

// Request is the request that PocketBase evaluates the rule for. Nobody is signed in.
//
// At a sign-in with OAuth2 the context is "oauth2" and the method is POST for every rule. The auth rule and the MFA
// rule see the body of the guest's request, the create rule that of an internal request that has the record's values
// and no query (apis/record_auth_with_oauth2.go).
type Request struct {
	Context, Method string
	// Body is the decoded body. The create rule sees fields of the collection as the record has them.
	Body map[string]any
	// UnknownBody are keys with a value that is not known. It is false for a key that the body may not have.
	UnknownBody map[string]bool
	// Query are the parameters of the address, nil if they are not known.
	Query map[string]string
	// Version is PocketBase's version, such as "0.39.11", empty for a recent one.
	Version string
}

// Record is the record that the rule is about.
type Record struct {
	Fields []link.CollectionField
	// Values are the fields as PocketBase stores them: text, number, bool, list, nil, and the decoded value of a JSON
	// field. A field that has none is as unknown as one in Unknown.
	Values  map[string]any
	Unknown map[string]bool
	// New reports whether the record is being created. PocketBase compares its values without the types of columns
	// (apis/record_crud.go).
	New bool
}

// Decide returns whether the rule admits the request. A nil rule admits nobody, an empty rule everybody.
func Decide(rule *string, req Request, rec Record) Answer {
	if rule == nil {
		return Answer{Truth: No}
	}
	if *rule == "" {
		return Answer{Truth: Yes}
	}
	old := strings.HasPrefix(strings.TrimPrefix(req.Version, "v"), "0.23.")
	s := &scope{rule: *rule, req: req, rec: rec, old: old, typed: !rec.New || old, joined: map[string]int{}}
	tree, err := s.parse(*rule)
	if err != nil {
		return Answer{Truth: No, Broken: true}
	}
	answer := s.decide(tree)
	if at := strings.Index(*rule, "@collection."); old && at >= 0 && answer.Truth == Yes {
		// 0.23 joins the other collection, and finds nothing at all if that is empty.
		name, _, _ := strings.Cut((*rule)[at:], " ")
		return Answer{Unknown: name}
	}
	return answer
}
