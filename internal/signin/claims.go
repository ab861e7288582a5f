package signin

import (
	"encoding/json"
	"slices"
	"strings"

	"authpocket/internal/secret"
)

// ReadClaims returns the claims that PocketBase uses, read as it reads them (tools/auth/oidc.go).
func ReadClaims(all map[string]any) Claims {
	text := func(key string) string { s, _ := all[key].(string); return s }
	return Claims{
		Subject: text("sub"), Email: text("email"), Verified: Truthy(all["email_verified"]),
		Name: text("name"), Username: text("preferred_username"), Picture: text("picture"),
	}
}

// ClaimTexts returns the claims for display: text as it is, anything else as JSON. Tokens and protocol claims
// are left out.
func ClaimTexts(all map[string]any) map[string]string {
	texts := make(map[string]string, len(all))
	for key, value := range all {
		if strings.Contains(strings.ToLower(key), "token") ||
			slices.Contains([]string{"nonce", "at_hash", "c_hash", "sid", "jti"}, key) {
			continue
		}
		text, isText := value.(string)
		if !isText {
			raw, err := json.Marshal(value)
			if err != nil {
				continue
			}
			text = string(raw)
		}
		texts[secret.Scrub(key)] = secret.Scrub(text)
	}
	return texts
}
