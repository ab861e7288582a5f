package link

import (
	"encoding/json"

	"authpocket/internal/report"
)

// CollectionState is an auth collection.
type CollectionState struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	System        bool        `json:"system"`
	Updated       string      `json:"updated"`
	OAuth2        OAuth2State `json:"oauth2"`
	CreateRule    *string     `json:"create_rule"` // nil: superusers only
	AuthRule      *string     `json:"auth_rule"`
	MFAEnabled    bool        `json:"mfa_enabled"`
	MFARule       string      `json:"mfa_rule"`
	EmailRequired bool        `json:"email_required"`
	// PasswordAuth and OTP report whether a password and a one-time password sign people in, nil where PocketBase
	// does not tell.
	PasswordAuth *bool             `json:"password_auth,omitempty"`
	OTP          *bool             `json:"otp,omitempty"`
	Fields       []CollectionField `json:"fields"`
	// Indexes are the CREATE INDEX statements, nil where they were not asked for.
	Indexes []string `json:"-"`
}

// CollectionField is one field of a collection's schema.
type CollectionField struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	System   bool   `json:"system"`
	Required bool   `json:"required"`
	// Options is the field as PocketBase gave it, with the options of its type, nil where they were not asked for.
	Options json.RawMessage `json:"-"`
}

// PlaceAttrs returns the table of the fields that locate the link in PocketBase.
func PlaceAttrs() []*Attr[*PocketBase, *CollectionState] {
	type W = *PocketBase
	collection := text(&Meta{
		Key: "name", Spec: "pocketbase.collection", Label: "Collection", check: checkCollection,
		Ask: Ask{Control: AskChoice, Group: AskCollection, Label: "Auth collection",
			Hint: "New users are created in this collection"},
		Doc: Doc{"auth collection", "`" + DefaultCollection + "`"},
	}, func(s *CollectionState) *string { return &s.Name }, func(w W) **string { return &w.Collection })
	slot := text[W, *CollectionState](&Meta{
		Spec: "pocketbase.slot", Label: "Slot", Values: Slots(),
		Ask: Ask{
			Control: AskChoice, Group: AskSlot, Open: true, Given: true,
			Hint: "A collection has three slots for OpenID Connect. Your app uses the slot's name to sign in",
		},
		Doc: Doc{"`oidc`, `oidc2` or `oidc3`", "that of the link, or the first free one"},
	}, nil, func(w W) **string { return &w.Slot })
	return []*Attr[W, *CollectionState]{collection, slot}
}

// RuleAttrs returns the table of a collection's rules.
func RuleAttrs() []*Attr[*PocketBase, *CollectionState] {
	type (
		W = *PocketBase
		S = *CollectionState
	)
	return []*Attr[W, S]{
		rule(&Meta{
			Key: "createRule", Spec: "pocketbase.create_rule", Label: "Create rule", check: checkRule,
			Ask: Ask{Control: AskRule, Given: true, Hint: "Who may create records. The first sign-in of a new user " +
				"creates one"},
			Doc: Doc{"a PocketBase rule that says who may create records: empty for everyone, `@request.context = " +
				"\"oauth2\"` for sign-ins with a provider", "the current value"},
		}, func(s S) **string { return &s.CreateRule }, func(w W) **string { return &w.CreateRule }),
		rule(&Meta{
			Key: "authRule", Spec: "pocketbase.auth_rule", Label: "Auth rule", check: checkRule,
			Ask: Ask{Control: AskRule, Given: true, Hint: "Who may sign in. Changing it signs out everyone in the " +
				"collection"},
			Doc: Doc{"who may sign in; a change signs out everyone", "the current value"},
		}, func(s S) **string { return &s.AuthRule }, func(w W) **string { return &w.AuthRule }),
	}
}

// MethodAttrs returns the table of a collection's own ways to sign in.
func MethodAttrs() []*Attr[*PocketBase, *CollectionState] {
	type (
		W = *PocketBase
		S = *CollectionState
	)
	return []*Attr[W, S]{
		orNull(&Meta{
			Key: "passwordAuth.enabled", Spec: "pocketbase.password_auth", Label: "Passwords",
			Theirs: "Identity/Password", Default: "true",
			Ask: Ask{Control: AskTick, Group: AskMethods, Label: report.PasswordsLabel, Named: true,
				Hint: "Turned off only after a sign-in with authentik has worked"},
			Doc: Doc{"whether people can sign in with a password; `false` is applied only with a sign-in that proves " +
				"the link: see [one way in](one-way-in.md)", "the current value"},
		}, func(s S) **bool { return &s.PasswordAuth }, func(w W) **bool { return &w.PasswordAuth }),
		orNull(&Meta{
			Key: "otp.enabled", Spec: "pocketbase.otp", Label: "One-time passwords", Theirs: "One-time password (OTP)",
			Default: "false",
			Ask: Ask{Control: AskTick, Group: AskMethods, Label: "People can sign in with a one-time password",
				Named: true},
			Doc: Doc{"whether people can sign in with a one-time password sent by e-mail, as `password_auth`",
				"the current value"},
		}, func(s S) **bool { return &s.OTP }, func(w W) **bool { return &w.OTP }),
	}
}

// FlatAttrs returns the table of the fields of a collection that a kind of change writes, other than its OAuth2
// options.
func FlatAttrs(kind Kind) []*Attr[*PocketBase, *CollectionState] {
	switch kind {
	case KindRules:
		return RuleAttrs()
	case KindMethods:
		return MethodAttrs()
	}
	return nil
}
