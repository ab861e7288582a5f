package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

const superusers = "/api/collections/_superusers"

// account is the superuser that PocketBase recognised.
type account struct {
	Identity
	token secret.Text
}

// superuser is a superuser's record in an answer.
type superuser struct {
	ID         string `json:"id"`
	Email      string `json:"email"`
	Collection string `json:"collectionName"`
}

func (s superuser) with(token secret.Text, c claims) account {
	return account{token: token, Identity: Identity{SuperuserEmail: s.Email, SuperuserID: s.ID, Expires: c.expires(),
		Refreshable: c.Refreshable}}
}

func (w transport) signIn(ctx context.Context, cfg Config) (account, *report.Fault) {
	switch {
	case cfg.Token.IsSet() && cfg.Meanwhile != nil:
		return w.withSettings(ctx, cfg.Token.AsPasted())
	case cfg.Token.IsSet():
		return w.withToken(ctx, cfg.Token.AsPasted())
	case cfg.OTP != nil:
		return w.withOTP(ctx, cfg)
	}
	return w.withPassword(ctx, cfg)
}

// withToken refreshes the token to learn whose it is. It does not keep the refreshed one: the given token stays valid.
func (w transport) withToken(ctx context.Context, token secret.Text) (account, *report.Fault) {
	c, f := checkShape(token)
	if f != nil {
		return account{}, f
	}
	// A refresh counts as a read, because PocketBase stores nothing.
	call := Call{Method: http.MethodPost, Path: superusers + "/auth-refresh", token: token}
	a := w.Read(ctx, call)
	switch {
	case a.Status == http.StatusUnauthorized:
		return account{}, refusedToken(c, a.Outcome())
	case a.Status == http.StatusForbidden:
		return w.withStaticToken(ctx, token, c, a)
	case !a.OK():
		return account{}, signInFault(w.base, fieldToken, a)
	}
	var res struct {
		Record superuser `json:"record"`
	}
	if err := a.Decode(&res); err != nil || !call.Whole(a) {
		return account{}, NotPocketBase(a, err)
	}
	if res.Record.Collection != "_superusers" {
		return account{}, usersToken(a.Outcome())
	}
	return res.Record.with(token, c), nil
}

// withSettings tries the token where only superusers may read, which does not tell whose it is.
func (w transport) withSettings(ctx context.Context, token secret.Text) (account, *report.Fault) {
	c, f := checkShape(token)
	if f != nil {
		return account{}, f
	}
	call := settingsCall()
	call.token = token
	a := w.Read(ctx, call)
	switch {
	case a.Status == http.StatusUnauthorized:
		return account{}, refusedToken(c, a.Outcome())
	case a.Status == http.StatusForbidden:
		return account{}, w.forbidden(ctx, token, a)
	case !a.OK():
		return account{}, signInFault(w.base, fieldToken, a)
	case !call.Whole(a):
		return account{}, NotPocketBase(a, nil)
	}
	return superuser{ID: c.ID}.with(token, c), nil
}

// forbidden returns the fault for a token that PocketBase knows and refuses.
func (w transport) forbidden(ctx context.Context, token secret.Text, refused Answer) *report.Fault {
	a := w.Read(ctx, Call{Path: "/api/health", token: token})
	switch {
	case a.Err != nil:
		return Unreachable(w.base, a.Err)
	case a.Status == http.StatusForbidden:
		return notOnIPList(fieldToken, refused.Outcome())
	}
	return usersToken(refused.Outcome())
}

// withStaticToken handles a forbidden refresh. PocketBase before 0.29 refuses to refresh impersonate tokens, but they
// are valid, so the owner is read instead.
func (w transport) withStaticToken(ctx context.Context, token secret.Text, c claims, refused Answer) (account,
	*report.Fault) {
	f := w.forbidden(ctx, token, refused)
	if c.Refreshable || c.ID == "" || f.Kind != report.FaultToken {
		return account{}, f
	}
	a := w.Read(ctx, Call{Path: superusers + "/records/" + url.PathEscape(c.ID), token: token})
	if a.Err != nil {
		return account{}, Unreachable(w.base, a.Err)
	}
	var owner superuser
	if a.Status != http.StatusOK || a.Decode(&owner) != nil || owner.Collection != "_superusers" {
		return account{}, usersToken(refused.Outcome())
	}
	return owner.with(token, c), nil
}

func (w transport) withPassword(ctx context.Context, cfg Config) (account, *report.Fault) {
	body := map[string]string{"identity": strings.TrimSpace(cfg.Email), "password": cfg.Password.Reveal()}
	a := w.Send(ctx, Call{Method: http.MethodPost, Path: superusers + "/auth-with-password", Body: body})
	if id := MFAID(a); id != "" {
		return account{}, NewFault(report.FaultMFA, fieldOTP,
			say.Of("The password is right. This superuser also needs a one-time password."),
			say.Of("Request one by e-mail and enter it, or use a superuser token."), &MFARequired{MFAID: id})
	}
	if !a.OK() {
		return account{}, passwordFault(w.base, a)
	}
	return signedIn(a)
}

// MFAID returns the id for the second step from a 401 answer, or the empty string.
func MFAID(a Answer) string {
	var res struct {
		MFAID string `json:"mfaId"`
	}
	if a.Status != http.StatusUnauthorized || json.Unmarshal(a.Body, &res) != nil {
		return ""
	}
	return res.MFAID
}

func signedIn(a Answer) (account, *report.Fault) {
	var res struct {
		Token  string    `json:"token"`
		Record superuser `json:"record"`
	}
	if err := a.Decode(&res); err != nil {
		return account{}, NotPocketBase(a, err)
	}
	c, err := readClaims(res.Token)
	if err != nil {
		return account{}, NotPocketBase(a, err)
	}
	return res.Record.with(secret.New(res.Token), c), nil
}

func passwordFault(base string, a Answer) *report.Fault {
	message, list := ReadError(a.Body)
	if a.Status != http.StatusBadRequest || message == "" {
		return signInFault(base, fieldPassword, a)
	}
	for _, one := range list {
		switch one.Path[0] {
		case "identity":
			return NewFault(report.FaultToken, fieldEmail,
				say.Of("PocketBase does not accept this e-mail address: %s", Sentence(one.Message)),
				say.Of("Check the address."), a.Outcome())
		case "password":
			return NewFault(report.FaultToken, fieldPassword,
				say.Of("PocketBase does not accept this password: %s", Sentence(one.Message)),
				say.Of("Check the password."), a.Outcome())
		}
	}
	return NewFault(report.FaultToken, fieldPassword,
		say.Of("PocketBase has no superuser with this e-mail address and password."),
		say.Of("Check both. Use the ones for PocketBase's dashboard; an app user's account does not work."),
		a.Outcome())
}

// signInFault returns the fault for a refusal that any way of signing in can meet.
func signInFault(base, field string, a Answer) *report.Fault {
	message, list := ReadError(a.Body)
	switch {
	case a.Err != nil:
		return Unreachable(base, a.Err)
	case a.Status >= 300 && a.Status < 400:
		return redirected(base, a)
	case a.HTML() || message == "" && len(list) == 0:
		return WebAnswer(a)
	case a.Status == http.StatusForbidden && strings.HasPrefix(message, "The "):
		return NewFault(report.FaultPermission, field, say.Of("PocketBase refuses the sign-in: %s",
			Sentence(message)),
			say.Of("Change that for the collection _superusers, or use a superuser token."), a.Outcome())
	case a.Status == http.StatusForbidden:
		return notOnIPList(field, a.Outcome())
	}
	f := GeneralFault(a, message, list)
	if f.Field == "" {
		f.Field = field
	}
	return f
}
