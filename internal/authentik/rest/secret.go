package rest

import (
	"encoding/json"
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// This file is the only one of the adapter that knows where authentik keeps a provider's client secret: as the
// provider's keySecret. In drafts of authentik 2026.11 a provider has “secret” instead, the key of an object that holds
// the secret and that several providers may share. Such a secret is neither read nor written: a plan is refused
// (link.AuthentikSnapshot.SecretProblem), and a write is not followed by one to PocketBase (SecretNotShown).
const keySecret = "client_secret"

// SecretOf returns a provider's client secret. shown is false if the answer does not have it, which says nothing about
// what it is. An empty secret is shown.
func SecretOf(provider Object) (text secret.Text, shown bool) {
	var value *string
	if json.Unmarshal(provider[keySecret], &value) != nil || value == nil {
		return secret.Text{}, false
	}
	return secret.New(*value), true
}

// HidesSecret reports whether a provider comes without its client secret, as where it is an object of its own.
func HidesSecret(provider Object) bool {
	_, shown := SecretOf(provider)
	return !shown
}

// WritesSecret reports whether the client secret is among the fields that a request writes.
func WritesSecret(names []string) bool { return slices.Contains(names, keySecret) }

// sendSecret adds a client secret to a request that writes a provider.
func sendSecret(to map[string]any, text secret.Text) { to[keySecret] = text.Reveal() }

// SafeSecret refuses to write an empty client secret: authentik accepts one, and it protects nothing.
func SafeSecret(p *link.ProviderState, names []string) error {
	if !WritesSecret(names) || p.ClientSecret.IsSet() {
		return nil
	}
	return NewFault(report.FaultRefused, "provider."+keySecret, say.Of("The client secret would be empty."),
		say.Of("Enter a client secret, or leave it out to keep the current one."), nil)
}

// SecretNotShown returns the fault for a client secret that was written and is not shown, so that PocketBase must not
// get it: authentik may have ignored it. wrote says what else the write did.
func SecretNotShown(wrote say.Text) *report.Fault {
	f := NewFault(report.FaultOther, "", say.Join(wrote, say.Of(link.SecretsElsewhere)),
		say.Of(link.SecretsElsewhereTodo), nil)
	f.Written = report.WrittenSome
	return f
}

// SkipSecret returns the check of a client secret that cannot be checked because it is not shown.
func SkipSecret(check *report.Check) *report.Check {
	check.Remedy = say.Of(link.SecretsElsewhereTodo)
	return check.Skips(say.Of(link.SecretsElsewhere))
}
