package pocketbase

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/secret"
)

func (w *oauth2Writer) refused(a answer) *link.Fault {
	for _, p := range w.in.after { // it may repeat what was sent
		a.Body = []byte(secret.Hide(string(a.Body), p.ClientSecret))
	}
	f := w.c.refusedCollection(a, w.name(), w.sent)
	others := unwritten(w.sent)
	_, list := readError(a.Body)
	if !w.c.release().mayBe(mergesNot) || len(others) == 0 || a.Status != http.StatusBadRequest {
		return f
	}
	for _, one := range list {
		slot, key := providerPath(one.path, w.sent)
		if key == "clientSecret" && slices.Contains(others, slot) {
			return upgradeFirst(others, a.Outcome())
		}
	}
	return f
}

// refusedCollection puts the refusal of a collection's PATCH into words, at
// the field that the first complaint belongs to.
func (c *Client) refusedCollection(a answer, name string, sent []element) *link.Fault {
	message, list := readError(a.Body)
	if a.Status != http.StatusBadRequest || len(list) == 0 {
		return c.unexpected(a)
	}
	words := make([]string, len(list))
	field := ""
	for i, one := range list {
		at, in := place(one, sent)
		field = cmp.Or(field, at)
		words[i] = in
	}
	summary := "PocketBase did not save " + name + ". " + strings.Join(words, " ")
	todo := "Put it right in the settings, and apply again."
	if field == "" {
		todo = "Put it right in PocketBase's dashboard, and apply again. PocketBase said: " + sentence(message)
	}
	return fault(link.FaultRefused, field, summary, todo, a.Outcome())
}

// place finds the spec's field that a complaint belongs to, empty for none,
// and puts the complaint into words.
func place(one complaint, sent []element) (field, words string) {
	path := strings.Join(one.path, ".")
	if slot, key := providerPath(one.path, sent); key != "" {
		ours := slices.ContainsFunc(sent, func(e element) bool { return e.slot == slot && e.written })
		words = "The provider " + slot + ", " + label(key) + ": " + sentence(one.message)
		if ours {
			field = providerField(key)
		}
		return field, words
	}
	if key, ok := strings.CutPrefix(path, "oauth2.mappedFields."); ok {
		return mappedField(key), "The field mapped to " + key + ": " + sentence(one.message)
	}
	switch {
	case strings.HasPrefix(path, "createRule"):
		return ruleField("createRule"), "The create rule: " + sentence(one.message)
	case strings.HasPrefix(path, "authRule"):
		return ruleField("authRule"), "The auth rule: " + sentence(one.message)
	case one.code == "validation_mfa_not_enough_auths":
		return "pocketbase.enabled", "Multi-factor authentication is on and needs two ways to sign in: " + sentence(one.message)
	case strings.HasPrefix(path, "oauth2.enabled"):
		return "pocketbase.enabled", "Whether OAuth2 is on: " + sentence(one.message)
	}
	return "", sentence(one.String())
}

// providerPath takes oauth2.providers.<i>.<key> apart, by the array that was
// sent. The key is empty for other paths.
func providerPath(path []string, sent []element) (slot, key string) {
	if len(path) < 4 || path[0] != "oauth2" || path[1] != "providers" {
		return "", ""
	}
	i, err := strconv.Atoi(path[2])
	if err != nil || i < 0 || i >= len(sent) {
		return "", ""
	}
	return sent[i].slot, path[3]
}

// providerField is the spec's path of a provider's key.
func providerField(key string) string {
	switch key {
	case "name":
		return "pocketbase.slot"
	case "clientId":
		return "provider.client_id"
	case "clientSecret":
		return "provider.client_secret"
	case "authURL":
		return "pocketbase.auth_url"
	case "tokenURL":
		return "pocketbase.token_url"
	case "userInfoURL":
		return "pocketbase.user_info_url"
	case "displayName":
		return "pocketbase.display_name"
	case "pkce":
		return "pocketbase.pkce"
	case "extra":
		return "pocketbase.jwks_url"
	}
	return ""
}

func mappedField(key string) string {
	switch key {
	case "name":
		return "pocketbase.map_name"
	case "username":
		return "pocketbase.map_username"
	case "avatarURL":
		return "pocketbase.map_avatar"
	case "id":
		return "pocketbase.map_id"
	}
	return ""
}

func ruleField(key string) string {
	if key == "authRule" {
		return "pocketbase.auth_rule"
	}
	return "pocketbase.create_rule"
}
