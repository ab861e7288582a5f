// Package signins is PocketBase's part of a test sign-in: the exchange, what its
// log says of it, and the account that came of it.
package signins

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// nonceKey is the query parameter that marks requests of a test sign-in, so
// that they can be found again in PocketBase's log.
const nonceKey = "authpocket"

// SignIns carries out and follows sign-ins at a connected PocketBase.
type SignIns struct{ *rest.Client }

// AuthMethods asks as a guest how to begin a sign-in: authentik's authorize
// URL, whose redirect_uri is left open, and the verifier that goes with its
// challenge. Its error is a *link.Fault.
func (c SignIns) AuthMethods(ctx context.Context, d link.Desired) (authURL string, verifier secret.Text, err error) {
	a := c.Wire.Read(ctx, rest.Call{Path: "/api/collections/" + url.PathEscape(d.Collection.Name) + "/auth-methods"})
	var got struct {
		OAuth2 struct {
			Providers []struct {
				Name         string `json:"name"`
				AuthURL      string `json:"authURL"`
				CodeVerifier string `json:"codeVerifier"`
			} `json:"providers"`
		} `json:"oauth2"`
	}
	if !a.OK() {
		return "", verifier, c.Unexpected(a)
	}
	if err := a.Decode(&got); err != nil {
		return "", verifier, rest.NotPocketBase(a, err)
	}
	for _, one := range got.OAuth2.Providers {
		if one.Name == d.Slot.Slot {
			return one.AuthURL, secret.New(one.CodeVerifier), nil
		}
	}
	return "", verifier, rest.NewFault(link.FaultStale, "pocketbase.slot", "PocketBase offers no sign-in with "+
		d.Slot.Slot+
		" in "+d.Collection.Name+".",
		"OAuth2 is off for it, or the provider was removed. Apply the link again.", a.Outcome())
}

// signedIn is PocketBase's answer to a sign-in that went well.
type signedInAnswer struct {
	Record map[string]any `json:"record"`
	Meta   struct {
		ID      string         `json:"id"`
		IsNew   *bool          `json:"isNew"`
		RawUser map[string]any `json:"rawUser"`
	} `json:"meta"`
}

// Exchange hands PocketBase the code of a sign-in, as a guest: a superuser
// would get past rules and limits that stop people. Any answer of
// PocketBase's is an Exchanged; the error is a *link.Fault where there was
// none. The tokens of the answer are not kept.
func (c SignIns) Exchange(ctx context.Context, d link.Desired, code signin.Code) (signin.Exchanged, error) {
	before := c.linkedBefore(ctx, d)
	a := c.Wire.Unhurried().Send(ctx, rest.Call{
		Method: http.MethodPost,
		Path:   "/api/collections/" + url.PathEscape(d.Collection.Name) + "/auth-with-oauth2",
		Query:  url.Values{nonceKey: {code.Nonce}},
		Body: map[string]string{
			"provider": d.Slot.Slot, "code": code.Code.Reveal(), "codeVerifier": code.CodeVerifier.Reveal(),
			"redirectURL": code.RedirectURL,
		},
	})
	if a.Err != nil {
		return signin.Exchanged{}, rest.Unreachable(c.URL(), a.Err)
	}
	if a.Status != http.StatusOK {
		return refusedExchange(a)
	}
	var got signedInAnswer
	if err := a.Decode(&got); err != nil {
		return signin.Exchanged{}, rest.NotPocketBase(a, err)
	}
	sent := signin.ReadClaims(got.Meta.RawUser)
	sent.Subject = got.Meta.ID
	record := readRecord(got.Record, d.Collection.OAuth2.Mapped)
	return signin.Exchanged{
		Outcome: c.outcome(ctx, d, got, before, record.Created), Record: &record, Subject: got.Meta.ID,
		Claims: signin.ClaimTexts(got.Meta.RawUser), Sent: sent,
	}, nil
}

// refusedExchange reads a refusal. What is not PocketBase's own is an error.
func refusedExchange(a rest.Answer) (signin.Exchanged, error) {
	if rest.MFAID(a) != "" {
		return signin.Exchanged{Outcome: signin.OutcomeRefused, Refusal: &signin.Refusal{Status: a.Status, MFA: true}},
			nil
	}
	message, list := rest.ReadError(a.Body)
	if a.HTML() || message == "" {
		return signin.Exchanged{}, rest.WebAnswer(a)
	}
	refusal := &signin.Refusal{Status: a.Status, Message: message}
	for _, one := range list {
		field := signin.RefusedField{Code: one.Code, Message: one.Message}
		if len(one.Path) > 0 {
			field.Path = one.Path[0]
		}
		refusal.Fields = append(refusal.Fields, field)
	}
	return signin.Exchanged{Outcome: signin.OutcomeRefused, Refusal: refusal}, nil
}

func readRecord(fields map[string]any, mapped link.MappedFields) signin.Record {
	text := func(keys ...string) string {
		i := slices.IndexFunc(keys, func(k string) bool { return k != "" })
		if i < 0 {
			return ""
		}
		s, _ := fields[keys[i]].(string)
		return rest.Plain(s)
	}
	verified, _ := fields["verified"].(bool)
	return signin.Record{
		ID: text("id"), Email: text("email"), Verified: verified,
		Name: text(mapped.Name, "name"), Avatar: text(mapped.AvatarURL, "avatar"),
		Created: rest.LogTime(text("created")),
	}
}

// sameWrite is the most that lies between a new account and its link, which
// PocketBase writes together.
const sameWrite = 2 * time.Second

// outcome tells a new account from one that was linked just now and one that
// was linked before. The rows of _externalAuths tell that afterwards only in
// part: since 0.37.4 PocketBase makes the row of an account that was never
// verified anew at each sign-in. PocketBase 0.23 to 0.25 leave isNew out; there
// the times of the account and its link tell, and that there is one more.
func (c SignIns) outcome(ctx context.Context, d link.Desired, got signedInAnswer, before linksBefore,
	made time.Time) signin.Outcome {
	switch {
	case link.Value(got.Meta.IsNew, false):
		return signin.OutcomeNew
	case before.subjects[got.Meta.ID]:
		return signin.OutcomeReturns
	}
	rows, err := c.links(ctx, d, lookup("providerId", got.Meta.ID))
	for _, row := range rows {
		if err != nil || row.ProviderID != got.Meta.ID || row.Created <= before.newest {
			continue
		}
		together := !made.IsZero() && rest.LogTime(row.Created).Sub(made).Abs() < sameWrite
		if got.Meta.IsNew == nil && together && c.accounts(ctx, d) > before.accounts {
			return signin.OutcomeNew
		}
		return signin.OutcomeLinked
	}
	return signin.OutcomeReturns
}

// linksBefore are the links of a slot as they stand before a sign-in.
type linksBefore struct {
	subjects map[string]bool
	// newest is when the newest was made, as PocketBase writes times, which
	// sort as text. Empty: there is none, or it cannot be read.
	newest string
	// accounts is how many there are, for versions that do not say which is
	// new; 0 for others.
	accounts int
}

// The most links that are read before a sign-in, whose code waits meanwhile.
const (
	linksPage  = 1000
	linksPages = 10
	linksTime  = 10 * time.Second
)

// linkedBefore reads who is linked through the slot, the newest first. Where
// there are more than can be read in time, the times of the links have to do
// for the others.
func (c SignIns) linkedBefore(ctx context.Context, d link.Desired) linksBefore {
	ctx, cancel := context.WithTimeout(wire.OneList(ctx), linksTime)
	defer cancel()
	before := linksBefore{subjects: map[string]bool{}}
	if !c.Release().Since(rest.SaysNew) {
		before.accounts = c.accounts(ctx, d)
	}
	for page := 1; page <= linksPages; page++ {
		var got rest.List[externalAuth]
		query := url.Values{"filter": {ofSlot(d)}, "sort": {"-created"}, "page": {strconv.Itoa(page)},
			"perPage": {strconv.Itoa(linksPage)}, "skipTotal": {"1"}, "fields": {"providerId,created"}}
		if err := c.Read(ctx, rest.Call{Path: externalAuths, Query: query}, &got); err != nil {
			return before
		}
		for _, row := range got.Items {
			before.subjects[row.ProviderID] = true
			before.newest = max(before.newest, row.Created)
		}
		if len(got.Items) < linksPage {
			return before
		}
	}
	return before
}

// accounts counts those of the link's collection, 0 where that cannot be read.
func (c SignIns) accounts(ctx context.Context, d link.Desired) int {
	var got struct {
		TotalItems int `json:"totalItems"`
	}
	query := url.Values{"perPage": {"1"}, "fields": {"id"}}
	if err := c.Read(ctx, rest.Call{Path: "/api/collections/" + url.PathEscape(d.Collection.Name) + "/records",
		Query: query}, &got); err != nil {
		return 0
	}
	return got.TotalItems
}
