package link

import (
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// RuleDrift is a rule of a collection that has changed since the link was applied.
type RuleDrift struct {
	Cause  report.CauseID // of the catalogue
	What   say.Text       // a full sentence
	Looser bool           // it admits more people than before
}

// RuleDrifts returns the changed rules that decide who may sign in.
func (d *Desired) RuleDrifts(now CollectionState) []RuleDrift {
	var list []RuleDrift
	was := d.Collection
	add := func(cause report.CauseID, name string, before, after *string) {
		if !SameRule(before, after) {
			list = append(list, RuleDrift{Cause: cause, Looser: PlainlyOpen(after),
				What: say.Of("The %s of %s was %s and is now %s.", name, now.Name, ruleWords(before),
					ruleWords(after))})
		}
	}
	add(report.CauseCreateRule, "create rule", was.CreateRule, now.CreateRule)
	add(report.CauseAuthRule, "auth rule", was.AuthRule, now.AuthRule)
	if requiresMFA(&now) != requiresMFA(&was) {
		what := say.Of("%s now requires multi-factor authentication for sign-ins with authentik.", now.Name)
		if requiresMFA(&was) {
			what = say.Of("%s no longer requires multi-factor authentication for sign-ins with authentik.", now.Name)
		}
		list = append(list, RuleDrift{Cause: report.CauseMFA, What: what, Looser: requiresMFA(&was)})
	}
	return list
}

// requiresMFA reports whether sign-ins with OAuth2 need a second factor.
func requiresMFA(c *CollectionState) bool { return c.MFAEnabled && !ExemptsOAuth2(c.MFARule) }

// PlainlyOpen reports whether a rule admits every sign-in with OAuth2.
func PlainlyOpen(rule *string) bool {
	if rule == nil {
		return false
	}
	normal := strings.ReplaceAll(strings.Join(strings.Fields(*rule), ""), "'", `"`)
	return normal == "" || normal == `@request.context="oauth2"`
}

func ruleWords(rule *string) say.Text {
	switch {
	case rule == nil:
		return say.Of("“superusers only”")
	case strings.TrimSpace(*rule) == "":
		return say.Of("open to everyone")
	}
	return say.Of("“%s”", secret.Scrub(*rule))
}

// OAuth2Only is the create rule that lets users create accounts only by signing in with an OAuth2 provider.
const OAuth2Only = `@request.context = "oauth2"`

// SameRule reports whether two rules of a collection are equal.
func SameRule(a, b *string) bool {
	return (a == nil) == (b == nil) && Value(a, "") == Value(b, "")
}

// ExemptsOAuth2 reports whether an MFA rule exempts OAuth2 sign-ins.
func ExemptsOAuth2(rule string) bool {
	normal := strings.Join(strings.Fields(rule), "")
	return slices.Contains([]string{`@request.context!="oauth2"`, `@request.context!='oauth2'`}, normal)
}

// methods returns whether people can sign in with a password and with a one-time one. PocketBase has passwords on where
// it does not tell, and one-time passwords off.
func (c *CollectionState) methods() (password, otp bool) {
	return Value(c.PasswordAuth, true), Value(c.OTP, false)
}

// PasswordOff reports whether neither a password nor a one-time password signs anybody in.
func (c *CollectionState) PasswordOff() bool {
	password, otp := c.methods()
	return !password && !otp
}

// WaysIn returns the number of ways to sign in that are on, as PocketBase counts them for MFA.
func (c *CollectionState) WaysIn() (n int) {
	password, otp := c.methods()
	for _, on := range []bool{password, otp, c.OAuth2.Enabled} {
		if on {
			n++
		}
	}
	return n
}

// Closed reports whether nobody can sign in to the collection in any way.
func (c *CollectionState) Closed() bool {
	return c.PasswordOff() && (!c.OAuth2.Enabled || len(c.OAuth2.Providers) == 0)
}

// OnlyThrough reports whether people can sign in to the collection with that client only.
func (c *CollectionState) OnlyThrough(clientID string) bool {
	other := func(o OAuth2Provider) bool { return o.ClientID != clientID }
	return c.PasswordOff() && c.OAuth2.Enabled && len(c.OAuth2.Providers) > 0 &&
		!slices.ContainsFunc(c.OAuth2.Providers, other)
}

// TurnsOff reports whether a change to another state takes a way in away, other than OAuth2.
func (c *CollectionState) TurnsOff(after *CollectionState) bool {
	return slices.ContainsFunc(MethodAttrs(), func(a *Attr[*PocketBase, *CollectionState]) bool {
		return a.Answer(c) != "" && a.Answer(after) == ""
	})
}

// FlatValues returns the values of the fields that a kind of change writes, other than OAuth2 options.
func (c *CollectionState) FlatValues(kind Kind) []FieldValue {
	return Values(FlatAttrs(kind), c, Features{})
}
