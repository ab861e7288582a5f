package rest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// howToGetToken explains how to create a superuser token.
const howToGetToken = "In PocketBase's dashboard, open Collections › _superusers, select a superuser and choose " +
	"“Impersonate” from its menu to generate a token." // #nosec G101 -- words

// claims are the unverified claims of a PocketBase token. They only choose the wording of messages.
type claims struct {
	ID          string  `json:"id"`
	Type        string  `json:"type"`
	Exp         float64 `json:"exp"`
	Refreshable bool    `json:"refreshable"`
}

// expires returns when the token expires, or the zero time if it does not say.
func (c claims) expires() time.Time {
	if c.Exp <= 0 || c.Exp > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(c.Exp), 0).UTC()
}

// readClaims decodes a JWT's payload without checking its signature.
func readClaims(token string) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, errors.New("not a JWT")
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}, errors.New("not a JWT: its middle part is not base64")
	}
	var c claims
	if json.Unmarshal(payload, &c) != nil {
		return claims{}, errors.New("not a JWT: its middle part is not JSON")
	}
	return c, nil
}

// checkShape refuses, before it is sent, anything that cannot be a PocketBase auth token.
func checkShape(t secret.Text) (claims, *report.Fault) {
	wrong := func(summary say.Text, err error) (claims, *report.Fault) {
		return claims{}, NewFault(report.FaultToken, fieldToken, summary, say.Of(howToGetToken), err)
	}
	if !t.IsSet() {
		return wrong(say.Of("Enter a superuser token, or a superuser's e-mail address and password."),
			errors.New("an empty token"))
	}
	c, err := readClaims(t.Reveal())
	if err != nil && strings.ContainsFunc(t.Reveal(), unicode.IsSpace) {
		return wrong(say.Of("The token contains a space or a line break. PocketBase tokens never do."), err)
	}
	if err != nil {
		return wrong(say.Of("This is not a PocketBase token: those have three parts separated by dots."), err)
	}
	if c.Type != "auth" {
		return wrong(say.Of("This is not an auth token; its type is “%s”.", Plain(c.Type)),
			errors.New("a token of another kind"))
	}
	return c, nil
}

// refusedToken returns the fault for a token that PocketBase treated as a guest's.
func refusedToken(c claims, err error) *report.Fault {
	if at := c.expires(); !at.IsZero() && at.Before(time.Now()) {
		return NewFault(report.FaultToken, fieldToken, say.Of("The superuser token expired on %s.", say.Moment(at)),
			say.Of("Create a new one. %s", howToGetToken), err)
	}
	return NewFault(report.FaultToken, fieldToken,
		say.Of("PocketBase does not accept this token. It belongs to another PocketBase, or the superuser's "+
			"password or e-mail address has changed since."),
		say.Of("Check the address, or create a new token. %s", howToGetToken), err)
}

func usersToken(err error) *report.Fault {
	return NewFault(report.FaultToken, fieldToken, say.Of("This token belongs to an auth collection's user, not to a "+
		"superuser."),
		say.Of(howToGetToken), err)
}

func notOnIPList(field string, err error) *report.Fault {
	return NewFault(report.FaultPermission, field,
		say.Of("PocketBase accepts superusers only from addresses on its superuser IP list, and this machine's "+
			"address is not on it."),
		say.Of("Add this machine's address in PocketBase's settings, or clear the list on its host with: "+
			"pocketbase superuser ips"), err)
}
