package signin

import (
	"encoding/json"
	"slices"
	"strings"

	"authpocket/internal/secret"
)

// ReadClaims returns the claims that PocketBase uses. A claim that is not text is left empty: PocketBase cannot read
// it.
func ReadClaims(all map[string]json.RawMessage) Claims {
	text := func(key string) (s string) {
		_ = json.Unmarshal(all[key], &s)
		return s
	}
	return Claims{
		Subject: text("sub"), Email: text("email"), Verified: Truthy(all["email_verified"]),
		Name: text("name"), Username: text("preferred_username"), Picture: text("picture"),
	}
}

// Truthy reports whether PocketBase reads the email_verified claim as true: true, "true", 1 and the like
// (cast.ToBool in tools/auth/oidc.go).
func Truthy(claim json.RawMessage) bool {
	var value any
	_ = json.Unmarshal(claim, &value)
	switch v := value.(type) {
	case bool:
		return v
	case string:
		return slices.Contains([]string{"1", "t", "T", "TRUE", "true", "True"}, v)
	case float64:
		return v != 0
	}
	return false
}

// ClaimTexts returns the claims for display: text as it is, anything else as JSON. Tokens and protocol claims
// are left out.
func ClaimTexts(all map[string]json.RawMessage) map[string]string {
	texts := make(map[string]string, len(all))
	for key, raw := range all {
		if strings.Contains(strings.ToLower(key), "token") ||
			slices.Contains([]string{"nonce", "at_hash", "c_hash", "sid", "jti"}, key) {
			continue
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		texts[secret.Scrub(key)] = secret.Scrub(text)
	}
	return texts
}
