// Package signins handles PocketBase's part of a test sign-in: the exchange, its trail in the log, and the resulting
// account.
package signins

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
	"authpocket/internal/wire"
)

// nonceKey is the query parameter that marks the requests of a test sign-in, to find them in PocketBase's log.
const nonceKey = "authpocket"

// SignIns carries out and follows sign-ins on a connected PocketBase.
type SignIns struct{ *rest.Client }

// AuthMethods asks as a guest how to begin a sign-in. It returns authentik's authorize URL, with redirect_uri left
// open, and the code verifier for its challenge. Its error is a *report.Fault.
func (c *SignIns) AuthMethods(ctx context.Context, d link.Desired) (authURL string, verifier secret.Text, err error) {
	call := rest.Call{Path: "/api/collections/" + url.PathEscape(d.Collection.Name) + "/auth-methods"}
	a := c.Wire.Read(ctx, call)
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
	if err := a.Decode(&got); err != nil || !call.Whole(a) {
		return "", verifier, rest.NotPocketBase(a, err)
	}
	for _, one := range got.OAuth2.Providers {
		if one.Name == d.Slot.Slot {
			return one.AuthURL, secret.New(one.CodeVerifier), nil
		}
	}
	return "", verifier, rest.NewFault(report.FaultStale, "pocketbase.slot", say.Of("PocketBase offers no sign-in "+
		"with %s in %s.", d.Slot.Slot, d.Collection.Name),
		say.Of("OAuth2 is off for it, or the provider was removed. Apply the link again."), a.Outcome())
}

// signedInAnswer is PocketBase's answer to a successful sign-in.
type signedInAnswer struct {
	Record map[string]any `json:"record"`
	Meta   struct {
		ID      string                     `json:"id"`
		IsNew   *bool                      `json:"isNew"`
		RawUser map[string]json.RawMessage `json:"rawUser"`
	} `json:"meta"`
}

// Exchange sends PocketBase the code of a sign-in. It does so as a guest, because a superuser would bypass rules and
// limits that stop people. Any answer of PocketBase, a refusal included, is returned as an Exchanged; the error is a
// *report.Fault if there was none. The tokens in the answer are discarded.
func (c *SignIns) Exchange(ctx context.Context, d link.Desired, code signin.Code) (signin.Exchanged, error) {
	before := c.linkedBefore(ctx, &d)
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
	if record.ID == "" {
		return signin.Exchanged{}, rest.NotPocketBase(a, nil)
	}
	return signin.Exchanged{
		Outcome: c.outcome(ctx, &d, got, before, record.Created), Record: &record, Subject: got.Meta.ID,
		Claims: signin.ClaimTexts(got.Meta.RawUser), Sent: sent,
		Groups: c.groups(ctx, d, record.ID, got.Meta.RawUser),
	}, nil
}

// refusedExchange returns the refusal that PocketBase answered. Any other answer is an error.
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
	email, _ := fields["email"].(string)
	if strings.ContainsFunc(email, unicode.IsControl) {
		email = rest.Plain(email) // which would also shorten an address that is only odd
	}
	return signin.Record{
		ID: text("id"), Email: email, Verified: verified,
		Name: text(mapped.Name, "name"), Avatar: text(mapped.AvatarURL, "avatar"),
		Created: rest.LogTime(text("created")),
	}
}

// sameWrite is the longest time between a new account and its link, which PocketBase writes together.
const sameWrite = 2 * time.Second

// outcome returns whether the sign-in created an account, linked an existing one, or used an existing link. Afterwards
// the rows of _externalAuths show that only in part: since 0.37.4 PocketBase recreates the row of an account that was
// never verified at each sign-in. PocketBase 0.23 to 0.25 omit isNew; there an account counts as new if it and its link
// were created together and the collection has one more account.
func (c *SignIns) outcome(ctx context.Context, d *link.Desired, got signedInAnswer, before linksBefore,
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

// linksBefore holds the links of a slot before a sign-in.
type linksBefore struct {
	subjects map[string]bool
	// newest is the creation time of the newest link in PocketBase's format, which sorts as text. It is empty if there
	// is none, or it cannot be read.
	newest string
	// accounts is the number of accounts, for versions that do not tell which are new; 0 for others.
	accounts int
}

// Limits on the links read before a sign-in, whose code is waiting.
const (
	linksPage  = 1000
	linksPages = 10
	linksTime  = 10 * time.Second
)

// linkedBefore returns who is linked through the slot, reading the newest first. If there are more than it can read in
// time, the outcome of the others rests on the times of their links.
func (c *SignIns) linkedBefore(ctx context.Context, d *link.Desired) linksBefore {
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

// accounts returns the number of accounts in the link's collection, or 0 if it cannot be read.
func (c *SignIns) accounts(ctx context.Context, d *link.Desired) int {
	var got rest.List[struct{}]
	query := url.Values{"perPage": {"1"}, "fields": {"id"}}
	if err := c.Read(ctx, rest.Call{Path: "/api/collections/" + url.PathEscape(d.Collection.Name) + "/records",
		Query: query}, &got); err != nil {
		return 0
	}
	return got.TotalItems
}
