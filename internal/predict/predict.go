// Package predict predicts what PocketBase does at a sign-in with OAuth2.
package predict

import (
	"encoding/json"

	"authpocket/internal/link"
	"authpocket/internal/signin"
)

// World is everything that decides a sign-in in PocketBase.
type World struct {
	// Version is PocketBase's version, such as "0.39.11", empty if unknown.
	Version    string
	Collection link.CollectionState
	Slot       string
	// Claims are the claims about the person as authentik sends them, with their JSON types.
	Claims map[string]json.RawMessage
	// BySubject is the account linked to the subject in the slot, ByEmail the one with the verified address, as
	// PocketBase finds it. nil means none.
	BySubject, ByEmail *Account
	// Holds reports whether a record of the collection has the value in the field.
	Holds func(field, value string, anyCase bool) (bool, error)
}

// Account is an existing auth record.
type Account struct {
	signin.Account
	// Values are the record's fields as PocketBase answers them to a superuser.
	Values map[string]json.RawMessage
}

// Predict returns what PocketBase does at the sign-in.
func Predict(World) signin.Prediction {
	return signin.Prediction{}
}
