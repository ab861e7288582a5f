package signins

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// Test is a running sign-in test. It holds a secret and stays on the server;
// the browser only gets the URL to open.
type Test struct {
	ID           string // marks the test's requests in PocketBase's log
	AuthURL      string // authentik's page, ready to open
	State        string // as in AuthURL
	RedirectURL  string // where authentik sends people back to
	RealtimeURL  string // PocketBase's event stream, for GET and POST
	CodeVerifier secret.Text
	Started      time.Time
}

// WithState returns AuthURL with another state. With the client ID of a
// realtime connection as the state, PocketBase delivers the code to that
// connection.
func (s Test) WithState(state string) string {
	u, err := url.Parse(s.AuthURL)
	if err != nil {
		return s.AuthURL
	}
	query := u.Query()
	query.Set("state", state)
	u.RawQuery = query.Encode()
	return u.String()
}

// Start begins a sign-in test, as a guest. redirectURL is where authentik
// sends people back to, PocketBase's own redirect URI by default. The error is
// a *report.Fault.
func (t *Tester) Start(ctx context.Context, d *link.Desired, redirectURL string) (Test, error) {
	if redirectURL == "" {
		redirectURL = link.RedirectURL(d.PocketBaseURL)
		if urls := d.RedirectURLs(); len(urls) > 0 {
			redirectURL = urls[0]
		}
	}
	started := time.Now()
	opened, verifier, err := t.PocketBase.AuthMethods(ctx, *d)
	if err != nil {
		return Test{}, err
	}
	u, err := url.Parse(opened)
	if err == nil && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		err = errors.New("it is not a web address")
	}
	if err != nil {
		return Test{}, &report.Fault{System: report.PB, Kind: report.FaultRefused,
			Summary: say.Of("The authorize URL that PocketBase gives to guests cannot be read."),
			Todo:    say.Of("Apply the link again."),
			Err:     err}
	}
	query := u.Query()
	query.Set("redirect_uri", redirectURL)
	u.RawQuery = query.Encode()
	id := rand.Text()
	return Test{
		ID: id, AuthURL: u.String(), State: query.Get("state"), RedirectURL: redirectURL,
		RealtimeURL: realtimeURL(d, redirectURL, id), CodeVerifier: verifier, Started: started,
	}, nil
}

// realtimeURL returns the event stream of the PocketBase that the redirect URI
// belongs to.
func realtimeURL(d *link.Desired, redirectURL, id string) string {
	base, own := strings.CutSuffix(redirectURL, link.RedirectPath)
	if !own {
		base = d.PocketBaseURL
	}
	return base + "/api/realtime?" + url.Values{"authpocket": {id}}.Encode()
}

// DeleteAccount deletes the account that a sign-in test created, with its
// external auths. It refuses to delete an account that is older than the test.
// The error is a *report.Fault.
func (t *Tester) DeleteAccount(ctx context.Context, d *link.Desired, s Test, v *signin.Verdict) error {
	return t.PocketBase.DeleteAccount(ctx, *d, v.Record.ID, s.Started, v.Outcome == signin.OutcomeNew)
}
