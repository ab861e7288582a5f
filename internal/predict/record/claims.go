package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cast"
)

// ClaimError is a claim that PocketBase can't read, which ends the sign-in. Want and Got are types of JSON.
type ClaimError struct{ Claim, Want, Got string }

// Error says which claim PocketBase can't read.
func (e *ClaimError) Error() string {
	return fmt.Sprintf("PocketBase can't read the claim %s: it must be a %s and is a %s", e.Claim, e.Want, e.Got)
}

// The types of a claim.
const (
	jsonString  = "string"
	jsonBoolean = "boolean"
	jsonValid   = "readable value"
)

// Read returns what PocketBase of that version reads from the claims (tools/auth/oidc.go).
func Read(claims map[string]json.RawMessage, version string) (User, error) {
	r := release(version)
	for _, key := range slices.Sorted(maps.Keys(claims)) {
		if got := unreadable(claims[key], r); got != "" {
			return User{}, &ClaimError{key, jsonValid, got}
		}
	}
	if r.since("0.40.0") {
		return readExactly(claims)
	}
	// PocketBase before 0.40 ignores the case of keys. Of several spellings the last one wins, which is the one in
	// lower case where it reads an ID token, whose keys it sorts.
	data, err := json.Marshal(claims)
	if err != nil {
		return User{}, fmt.Errorf("joining the claims: %w", err)
	}
	if !r.since("0.26.6") {
		var claims struct {
			texts
			Verified bool `json:"email_verified"`
		}
		err = json.Unmarshal(data, &claims)
		return claims.user(claims.Verified), typeError(err)
	}
	var read struct {
		texts
		Verified any `json:"email_verified"`
	}
	err = json.Unmarshal(data, &read)
	return read.user(cast.ToBool(read.Verified)), typeError(err)
}

// texts are the claims that PocketBase reads as text.
type texts struct {
	ID       string `json:"sub"`
	Name     string `json:"name"`
	Username string `json:"preferred_username"`
	Picture  string `json:"picture"`
	Email    string `json:"email"`
}

func (t texts) user(verified bool) User {
	u := User{ID: t.ID, Name: t.Name, Username: t.Username, AvatarURL: t.Picture}
	if verified {
		u.Email = t.Email
	}
	return u
}

// readExactly reads the claims as encoding/json/v2 does: keys match exactly.
func readExactly(claims map[string]json.RawMessage) (User, error) {
	var t texts
	for key, to := range map[string]*string{"sub": &t.ID, "name": &t.Name, "preferred_username": &t.Username,
		"picture": &t.Picture, "email": &t.Email} {
		if raw, given := claims[key]; given {
			if err := json.Unmarshal(raw, to); err != nil {
				return User{}, &ClaimError{key, jsonString, typeOf(raw)}
			}
		}
	}
	var verified any
	if raw, given := claims["email_verified"]; given {
		if err := json.Unmarshal(raw, &verified); err != nil {
			return User{}, &ClaimError{"email_verified", jsonValid, typeOf(raw)}
		}
	}
	return t.user(cast.ToBool(verified)), nil
}

// typeError returns the error of encoding/json as a *ClaimError.
func typeError(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &wrong):
		return fmt.Errorf("reading the claims: %w", err)
	}
	claim, want, got := wrong.Field[strings.LastIndex(wrong.Field, ".")+1:], jsonString, wrong.Value
	if claim == "email_verified" {
		want = jsonBoolean
	}
	if got == "bool" {
		got = jsonBoolean
	}
	return &ClaimError{claim, want, got}
}

// typeOf returns the type of the JSON value.
func typeOf(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		return jsonString
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return jsonBoolean
	}
	return "number"
}

// unreadable says what about the claim PocketBase can't read whatever it is used for, empty if it can: PocketBase
// decodes all claims.
func unreadable(raw json.RawMessage, r release) string {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return "number out of range"
		}
		return "broken value"
	}
	switch {
	case !r.since("0.40.0"):
		return ""
	case !utf8.Valid(raw) || loneSurrogate(raw):
		return "text with broken characters" // encoding/json/v2 does not repair them
	case repeatsKey(raw):
		return "object with a repeated key"
	}
	return ""
}

// loneSurrogate reports whether the JSON value escapes half of a surrogate pair.
func loneSurrogate(raw []byte) bool {
	var high bool // whether the escape before this one was the first half of a pair
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			if high {
				return true
			}
			continue
		}
		i++
		var unit uint64
		if raw[i] == 'u' && i+4 < len(raw) {
			unit, _ = strconv.ParseUint(string(raw[i+1:i+5]), 16, 32)
			i += 4
		}
		low := 0xDC00 <= unit && unit < 0xE000
		if high != low {
			return true
		}
		high = 0xD800 <= unit && unit < 0xDC00
	}
	return high
}
