package checks

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/pocketbase/rest"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Probe makes PocketBase itself call authentik, without a browser: it signs in with a made-up code and reads the
// outcome in PocketBase's log. It takes 4 to 30 s, because PocketBase writes its log late. It changes nothing.
func (c *Checker) Probe(ctx context.Context, d link.Desired) report.Check {
	check := probeCheck()
	if why := c.LogsOff(ctx); !why.Empty() {
		return *check.Skips(why)
	}
	redirect := probeRedirect(&d)
	if redirect == "" {
		return *check.Skips(say.Of("No redirect URI uses strict matching, so none can be tested."))
	}
	nonce := strings.ToLower(rand.Text())
	a := c.Wire.Unhurried().Send(ctx, c.Signed(probeCall(&d, nonce, redirect)))
	if a.Err == nil {
		if done, ok := refusedProbe(check, a, &d); ok {
			return *done
		}
	}
	entry, why := c.logged(ctx, nonce) // the log knows more than our call, which a proxy may have cut short
	switch {
	case entry == nil && a.Err != nil:
		return *check.SkipsFor(rest.Unreachable(c.URL(), a.Err))
	case entry == nil:
		return *check.Skips(why)
	}
	return *judge(check, rest.Classify(entry.Details), cmp.Or(entry.Details, entry.Error), &d)
}

func probeCheck() *report.Check {
	return &report.Check{ID: report.CheckPocketBaseProbe, System: report.PB,
		Title: say.Of("PocketBase reaches authentik, which accepts its client ID and secret")}
}

// probeRedirect returns a redirect URI that the provider allows, PocketBase's own if it is one, or an empty string.
// authentik answers any other as it does a wrong secret.
func probeRedirect(d *link.Desired) string {
	redirect, own := "", link.RedirectURL(d.PocketBaseURL)
	for _, r := range d.Provider.RedirectURIs {
		switch {
		case r.Logout():
		case r.Allows(own):
			return own
		case r.Mode != link.RedirectRegex:
			redirect = cmp.Or(redirect, r.URL)
		}
	}
	return redirect
}

// probeCall returns a sign-in with a made-up code. PocketBase logs the nonce in its URL. It is sent as the superuser,
// who is exempt from rate limits; a code that nobody issued cannot sign anybody in.
func probeCall(d *link.Desired, nonce, redirect string) rest.Call {
	return rest.Call{
		Method: http.MethodPost,
		Path:   "/api/collections/" + url.PathEscape(d.Collection.Name) + "/auth-with-oauth2",
		Query:  url.Values{"authpocket": {nonce}},
		Body: map[string]string{
			"provider":     d.Slot.Slot,
			"code":         "authpocket-probe-" + nonce,
			"codeVerifier": rand.Text() + rand.Text(),
			"redirectURL":  redirect,
		},
	}
}

// refusedProbe returns the check for an answer that PocketBase gave before calling authentik, and whether it was one.
func refusedProbe(check *report.Check, a rest.Answer, d *link.Desired) (*report.Check, bool) {
	_, list := rest.ReadError(a.Body)
	asked := a.Call()
	switch {
	case a.Status == http.StatusOK:
		return check.Fails(report.CauseUnknown, say.Of("%s with a dummy code was answered: signed in.",
			asked), say.Of("Something other than authentik answers at %s. Check the token URL.", d.Slot.TokenURL)), true
	case a.Status == http.StatusNotFound:
		return check.Fails(report.CauseCollectionMissing, say.Of("%s with a dummy code was answered: no such auth "+
			"collection.", asked),
			say.Of("Choose an existing collection.")), true
	case a.Status == http.StatusForbidden:
		return check.Fails(report.CauseOAuth2Off, say.Of("%s with a dummy code was answered: OAuth2 is off for this "+
			"collection.", asked),
			say.Of("Turn OAuth2 on.")), true
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusTooManyRequests, a.Status >= 300 && a.Status < 400:
		return check.Skips(say.Of("%s with a dummy code was answered: %s", asked,
			rest.GeneralFault(a, "", nil).Summary)), true
	}
	for _, one := range list {
		if len(one.Path) > 0 && one.Path[0] == "provider" {
			return check.Fails(report.CauseProviderMissing, say.Of("%s with a dummy code was answered: there is no "+
				"provider %s.", asked, d.Slot.Slot),
				say.Of("Apply the plan again.")), true
		}
	}
	return check, false
}

// logEntry is what PocketBase logged about the probe.
type logEntry struct {
	Error   string `json:"error"`
	Details string `json:"details"`
}

// logged waits for the entry with the nonce. If there is none, it returns why.
func (c *Checker) logged(ctx context.Context, nonce string) (*logEntry, say.Text) {
	query := url.Values{"filter": {"data.url~" + rest.Quoted(nonce)}, "perPage": {"1"}, "skipTotal": {"1"}}
	for _, wait := range rest.LogWaits() {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, say.Of("Reading PocketBase's log was interrupted.")
		}
		var got rest.List[struct {
			Data logEntry `json:"data"`
		}]
		if err := c.Read(ctx, rest.Call{Path: "/api/logs", Query: query}, &got); err != nil {
			return nil, report.MessageOf(err).What()
		}
		if len(got.Items) > 0 {
			return &got.Items[0].Data, say.Text{}
		}
	}
	return nil, say.Of("The test sign-in did not appear in PocketBase's log within 30 s. The log is delayed while " +
		"PocketBase is busy.")
}

// judge returns the check for what was logged.
func judge(check *report.Check, cause report.CauseID, details string, d *link.Desired) *report.Check {
	if cause == "" {
		return check.Passes(say.Of("PocketBase was sent a sign-in with a dummy code and called %s; authentik "+
			"accepted the client and rejected only the code (invalid_grant).", d.Slot.TokenURL))
	}
	met, remedy := explain(cause, d)
	evidence := say.Of("PocketBase was sent a sign-in with a dummy code and called %s: %s.", d.Slot.TokenURL, met)
	if said := rest.Plain(details); said != "" {
		evidence = say.Join(evidence, say.Of("Its log says: “%s”", said))
	}
	if cause == report.CauseUnknown {
		check.Status, check.Evidence, check.Remedy, check.Cause = report.Warn, evidence, remedy, cause
		return check
	}
	return check.Fails(cause, evidence, remedy, ways(cause)...)
}
