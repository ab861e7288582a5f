// Package checks checks the running link on a connected PocketBase.
package checks

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Checker checks a link on a connected PocketBase.
type Checker struct{ *rest.Client }

// Check measures what guests are offered, and reads as superuser what they cannot see. It changes nothing.
func (c *Checker) Check(ctx context.Context, d link.Desired) []report.Check {
	checks := c.checkGuest(ctx, &d)
	return append(checks, c.checkReadBack(ctx, &d)...)
}

// Offers reports whether guests are offered the link as it is desired, or cannot be asked about it.
func (c *Checker) Offers(ctx context.Context, d link.Desired) bool {
	return !slices.ContainsFunc(c.checkGuest(ctx, &d),
		func(check report.Check) bool { return check.Status == report.Fail })
}

// authMethods is what a guest is told about signing in.
type authMethods struct {
	OAuth2 struct {
		Enabled   bool     `json:"enabled"`
		Providers []method `json:"providers"`
	} `json:"oauth2"`
}

type method struct {
	Name                string `json:"name"`
	DisplayName         string `json:"displayName"`
	AuthURL             string `json:"authURL"`
	CodeChallengeMethod string `json:"codeChallengeMethod"`
}

// checkGuest asks for the sign-in methods without credentials and runs five checks on the answer.
func (c *Checker) checkGuest(ctx context.Context, d *link.Desired) []report.Check {
	listed := report.Check{ID: report.CheckPocketBaseAuthMethods, System: report.PB,
		Title: say.Of("PocketBase offers the sign-in to guests")}
	one, offered := c.offered(ctx, d, &listed)
	checks := []report.Check{*offered}
	for _, measure := range []struct {
		id    report.CheckID
		title say.Text
		of    func(*report.Check, method, link.Desired) *report.Check
	}{
		{report.CheckPocketBaseClientID, say.Of("The sign-in uses this client ID"), checkClientID},
		{report.CheckPocketBaseAuthURL, say.Of("The sign-in leads to authentik's authorize URL"), checkAuthURL},
		{report.CheckPocketBaseDisplayName, say.Of("The sign-in button has this name"), checkDisplayName},
		{report.CheckPocketBasePKCE, say.Of("The sign-in uses PKCE as set"), checkPKCE},
	} {
		check := report.Check{ID: measure.id, System: report.PB, Title: measure.title}
		if one == nil {
			checks = append(checks, *check.Skips(say.Of("Not measured: PocketBase does not list the provider %s to "+
				"guests, or could not be asked.", d.Slot.Slot)))
			continue
		}
		checks = append(checks, *measure.of(&check, *one, *d))
	}
	return checks
}

// offered returns our provider among the sign-in methods, or nil, and the check that it is there.
func (c *Checker) offered(ctx context.Context, d *link.Desired, check *report.Check) (*method, *report.Check) {
	path := "/api/collections/" + url.PathEscape(d.Collection.Name) + "/auth-methods"
	call := rest.Call{Path: path}
	a := c.Wire.Read(ctx, call)
	asked := say.Of("GET %s as a guest", path)
	var got authMethods
	switch {
	case a.Err != nil:
		fault := rest.Unreachable(c.URL(), a.Err)
		return nil, check.SkipsSaying(say.Of("%s got no answer. %s", asked, fault.Summary), fault)
	case a.Status == http.StatusNotFound:
		return nil, check.Fails(report.CauseCollectionMissing, say.Of("%s was answered 404: there is no auth "+
			"collection %s.", asked, d.Collection.Name), say.Of("Choose an existing collection and apply again."))
	case a.Status != http.StatusOK:
		fault := c.Unexpected(a)
		return nil, check.SkipsSaying(say.Of("%s failed: %s", asked, fault.Summary), fault)
	case !call.Whole(a), a.Decode(&got) != nil:
		return nil, check.Skips(say.Of("%s got an answer that is not PocketBase's.", asked))
	}
	ours := link.Find(got.OAuth2.Providers, func(m method) bool { return m.Name == d.Slot.Slot })
	switch {
	case !got.OAuth2.Enabled:
		return nil, check.Fails(report.CauseOAuth2Off, say.Of("%s says that OAuth2 is off for %s.", asked,
			d.Collection.Name),
			say.Of("Turn OAuth2 on, with authpocket or in the collection's options."))
	case ours == nil:
		return nil, check.Fails(report.CauseProviderMissing, say.Of("%s lists %s, but not %s.", asked,
			names(got.OAuth2.Providers), d.Slot.Slot), say.Of("Apply the plan again."))
	}
	return ours, check.Passes(say.Of("%s lists %s.", asked, names(got.OAuth2.Providers)))
}

func names(list []method) string {
	name := func(m method) string { return m.Name + " (" + rest.Plain(m.DisplayName) + ")" }
	return cmp.Or(strings.Join(link.Each(list, name), ", "), "no provider")
}

func checkClientID(check *report.Check, one method, d link.Desired) *report.Check {
	u, err := url.Parse(one.AuthURL)
	if err != nil {
		return check.Fails(report.CauseAuthURL, say.Of("The authorize URL that guests are given cannot be read."),
			say.Of("Apply the plan again."))
	}
	got := u.Query().Get("client_id")
	if got != d.Slot.ClientID {
		return check.Fails(report.CauseClientID, say.Of("Guests are sent with the client ID “%s”, but authentik's "+
			"provider has “%s”.", rest.Plain(got), d.Slot.ClientID), say.Of("Apply the plan again."))
	}
	return check.Passes(say.Of("Guests are sent with the client ID “%s”, as authentik's provider has it.", got))
}

// checkAuthURL compares the address and the query parameters of authentik's authorize URL.
func checkAuthURL(check *report.Check, one method, d link.Desired) *report.Check {
	got, errGot := url.Parse(one.AuthURL)
	want, errWant := url.Parse(d.Slot.AuthURL)
	if errGot != nil || errWant != nil {
		return check.Fails(report.CauseAuthURL, say.Of("The authorize URL that guests are given cannot be read."),
			say.Of("Apply the plan again."))
	}
	same := got.Scheme == want.Scheme && got.Host == want.Host && got.Path == want.Path
	for key := range want.Query() {
		same = same && got.Query().Get(key) == want.Query().Get(key)
	}
	got.RawQuery, got.User = "", nil
	if !same {
		return check.Fails(report.CauseAuthURL, say.Of("Guests are sent to %s, and not to %s.", got.String(),
			d.Slot.AuthURL),
			say.Of("Apply the plan again."))
	}
	return check.Passes(say.Of("Guests are sent to %s.", got.String()))
}

func checkDisplayName(check *report.Check, one method, d link.Desired) *report.Check {
	if one.DisplayName != d.Slot.DisplayName {
		return check.Fails(report.CauseDisplayName, say.Of("Guests are shown “%s”, not “%s”.",
			rest.Plain(one.DisplayName), d.Slot.DisplayName), say.Of("Apply the plan again."))
	}
	return check.Passes(say.Of("Guests are shown “%s”.", one.DisplayName))
}

// checkPKCE treats unset as on, as PocketBase does for OpenID Connect.
func checkPKCE(check *report.Check, one method, d link.Desired) *report.Check {
	got, want := one.CodeChallengeMethod != "", link.Value(d.Slot.PKCE, true)
	said := say.Of("Guests are sent without a code challenge")
	if got {
		said = say.Of("Guests are sent with a code challenge (%s)", rest.Plain(one.CodeChallengeMethod))
	}
	if got != want {
		return check.Fails(report.CausePKCE, say.Of("%s, which is not as set.", said), say.Of("Apply the plan again."))
	}
	return check.Passes(say.Of("%s, as set.", said))
}
