package apply

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

func (w *oauth2Patch) refused(a rest.Answer) *report.Fault {
	for _, p := range w.in.after { // it may echo the secrets that were sent
		a.Body = []byte(secret.Hide(string(a.Body), p.ClientSecret))
	}
	f := w.c.refusedCollection(a, w.name(), w.sent)
	others := unwritten(w.sent)
	_, list := rest.ReadError(a.Body)
	if !w.c.Release().MayBe(rest.MergesNot) || len(others) == 0 || a.Status != http.StatusBadRequest {
		return f
	}
	for _, one := range list {
		slot, key := providerPath(one.Path, w.sent)
		if key == "clientSecret" && slices.Contains(others, slot) {
			return upgradeFirst(others, a.Outcome())
		}
	}
	return f
}

// refusedCollection returns the fault for the refused PATCH of a collection, at the field of the first complaint that
// has one.
func (c *Writer) refusedCollection(a rest.Answer, name say.Text, sent []element) *report.Fault {
	message, list := rest.ReadError(a.Body)
	if a.Status != http.StatusBadRequest || len(list) == 0 {
		return c.Unexpected(a)
	}
	words := make([]say.Text, len(list))
	field := ""
	for i, one := range list {
		at, in := place(one, sent)
		field = cmp.Or(field, at)
		words[i] = in
	}
	summary := say.Join(append([]say.Text{say.Of("PocketBase did not save %s.", name)}, words...)...)
	todo := say.Of("Correct it, and apply again.")
	if field == "" {
		todo = say.Of("Put it right in PocketBase's dashboard, and apply again. PocketBase said: %s",
			rest.Sentence(message))
	}
	return rest.NewFault(report.FaultRefused, field, summary, todo, a.Outcome())
}

// place returns the spec's field that a complaint belongs to, or the empty string, and words the complaint for people.
func place(one rest.Complaint, sent []element) (field string, words say.Text) {
	path := strings.Join(one.Path, ".")
	if slot, key := providerPath(one.Path, sent); key != "" {
		ours := slices.ContainsFunc(sent, func(e element) bool { return e.slot == slot && e.written })
		words = say.Of("The provider %s, %s: %s", slot, rest.ProviderLabel(key), rest.Sentence(one.Message))
		if ours {
			field = providerField(key)
		}
		return field, words
	}
	if path, ours := strings.CutPrefix(path, "oauth2."); ours {
		for _, a := range link.OAuth2Attrs() {
			switch {
			case !strings.HasPrefix(path, a.Key):
			case a.Claim != "":
				return a.Spec, say.Of("The field mapped to %s: %s", one.Path[len(one.Path)-1],
					rest.Sentence(one.Message))
			default:
				return a.Spec, say.Of("%s: %s", a.Label.Text(), rest.Sentence(one.Message))
			}
		}
	}
	for _, a := range link.RuleAttrs() {
		if strings.HasPrefix(path, a.Key) {
			return a.Spec, say.Of("The %s: %s", a.Words(), rest.Sentence(one.Message))
		}
	}
	if one.Code == "validation_mfa_not_enough_auths" {
		return "pocketbase.enabled", say.Of("Multi-factor authentication is on and needs two ways to sign in: %s",
			rest.Sentence(one.Message))
	}
	return "", say.Raw(rest.Sentence(one.String()))
}

// providerPath resolves oauth2.providers.<i>.<key> against the array that was sent. The key is empty for other paths.
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

// providerField returns the spec's path for a provider's key.
func providerField(key string) string {
	switch key {
	case "name":
		return "pocketbase.slot"
	case "clientSecret":
		return "provider.client_secret"
	case "extra":
		return "pocketbase.jwks_url"
	}
	a, _ := link.Named(link.SlotAttrs(), key)
	return a.Place()
}
