package engine

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// AuthentikProof is what it takes on authentik's side to foresee a sign-in and
// to explain one that took place. Errors are *link.Fault.
type AuthentikProof interface {
	// Preview tells what authentik would send about a person: what PocketBase
	// goes by, and everything. 0 is the token's own account.
	Preview(ctx context.Context, d link.Desired, person int) (signin.Claims, map[string]any, error)
	// Access tells whether the person may use the application, and what
	// authentik says to it.
	Access(ctx context.Context, d link.Desired, person int) (bool, []string, error)
	// RedirectURIs are those that the provider has now.
	RedirectURIs(ctx context.Context, d link.Desired) ([]string, error)
	// Events are those about the link's client since then, by this machine's
	// clock.
	Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail
	// ClockOffset is by how much its clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)
}

// PocketBaseProof is the same on PocketBase's side.
type PocketBaseProof interface {
	// AuthMethods asks as a guest how to begin a sign-in.
	AuthMethods(ctx context.Context, d link.Desired) (authURL string, verifier secret.Text, err error)
	// Exchange hands over the code of a sign-in, as a guest.
	Exchange(context.Context, link.Desired, signin.Code) (signin.Exchanged, error)
	// Collection is the link's collection as it stands.
	Collection(context.Context, link.Desired) (link.CollectionState, error)
	// Accounts are the record linked with the subject, and the one that has
	// the address; nil for none.
	Accounts(ctx context.Context, d link.Desired, subject, email string) (bySubject, byEmail *signin.Account, err error)
	// Trail is what PocketBase's log tells of a sign-in.
	Trail(context.Context, signin.TrailQuery) signin.PocketBaseTrail
	// MadeSince returns no error for an account that a sign-in through the
	// link's slot has made since then.
	MadeSince(ctx context.Context, d link.Desired, id string, since time.Time) error
	// DeleteAccount deletes an account that a test sign-in made since then.
	// told means that PocketBase said itself that it was new.
	DeleteAccount(ctx context.Context, d link.Desired, id string, since time.Time, told bool) error
	// Realtime measures whether the event stream arrives at once.
	Realtime(context.Context, link.Desired) link.Check
	// ClockOffset is by how much its clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)
}

// Foresee predicts what a sign-in of a person leads to in PocketBase. person
// is the primary key of an authentik user, 0 for the token's own account. The
// error is a *link.Fault of what could not be read. It takes three requests
// after one another, or four for a link that was just made and a person who
// has an account under another address.
func (e *Engine) Foresee(ctx context.Context, d link.Desired, person int) (signin.Prediction, error) {
	var (
		claims  signin.Claims
		sent    map[string]any
		now     link.CollectionState
		refused bool
	)
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		claims, sent, err = e.authentik.Preview(groupCtx, d, person)
		return err
	})
	group.Go(func() (err error) {
		now, err = e.pocketbase.Collection(groupCtx, d)
		return err
	})
	group.Go(func() error {
		passing, _, err := e.authentik.Access(groupCtx, d, person)
		refused = err == nil && !passing // who may not ask is not refused for it
		return nil
	})
	if err := group.Wait(); err != nil {
		return signin.Prediction{}, err
	}
	p, err := e.predict(ctx, d, claims, now)
	if refused {
		p = signin.PredictNoAccess(d)
	}
	p.Subject, p.Sent = claims.Subject, signin.ClaimTexts(sent)
	return p, err
}

func (e *Engine) predict(ctx context.Context, d link.Desired, claims signin.Claims,
	now link.CollectionState) (signin.Prediction, error) {
	email := claims.Email
	if !claims.Verified {
		email = "" // PocketBase looks nobody up by an address that is not verified
	}
	bySubject, byEmail, err := e.pocketbase.Accounts(ctx, d, claims.Subject, email)
	if err != nil {
		return signin.Prediction{}, err
	}
	return signin.Predict(claims, now, bySubject, byEmail), nil
}

// SignIn is a sign-in test that was begun. It holds a secret, so it stays on
// the server: the browser is given what it opens, and hands back what comes.
type SignIn struct {
	ID           string // marks the test's requests in PocketBase's log
	AuthURL      string // authentik's page, ready to be opened
	State        string // as in AuthURL
	RedirectURL  string // where authentik sends people back to
	RealtimeURL  string // PocketBase's event stream, for GET and POST
	CodeVerifier secret.Text
	Started      time.Time
}

// WithState is AuthURL with another state. Who waits at PocketBase's event
// stream sends the stream's client id along, and PocketBase delivers the code
// to it.
func (s SignIn) WithState(state string) string {
	u, err := url.Parse(s.AuthURL)
	if err != nil {
		return s.AuthURL
	}
	query := u.Query()
	query.Set("state", state)
	u.RawQuery = query.Encode()
	return u.String()
}

// StartSignIn begins a sign-in test, as a guest. redirectURL is where authentik
// sends people back to; empty is PocketBase's own redirect URI. The error is a
// *link.Fault.
func (e *Engine) StartSignIn(ctx context.Context, d link.Desired, redirectURL string) (SignIn, error) {
	if redirectURL == "" {
		redirectURL = link.RedirectURL(d.PocketBaseURL)
		if urls := d.RedirectURLs(); len(urls) > 0 {
			redirectURL = urls[0]
		}
	}
	started := time.Now()
	opened, verifier, err := e.pocketbase.AuthMethods(ctx, d)
	if err != nil {
		return SignIn{}, err
	}
	u, err := url.Parse(opened)
	if err == nil && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		err = errors.New("it is not a web address")
	}
	if err != nil {
		return SignIn{}, &link.Fault{System: link.PB, Kind: link.FaultRefused,
			Summary: "The authorize URL that PocketBase gives to guests cannot be read.", Todo: "Apply the link again.",
			Err: err}
	}
	id, err := randomText(signInIDLength)
	if err != nil {
		return SignIn{}, err
	}
	query := u.Query()
	query.Set("redirect_uri", redirectURL)
	u.RawQuery = query.Encode()
	return SignIn{
		ID: id, AuthURL: u.String(), State: query.Get("state"), RedirectURL: redirectURL,
		RealtimeURL: realtimeURL(d, redirectURL, id), CodeVerifier: verifier, Started: started,
	}, nil
}

const signInIDLength = 24

// realtimeURL is the event stream of the PocketBase that people are sent back
// to.
func realtimeURL(d link.Desired, redirectURL, id string) string {
	base, own := strings.CutSuffix(redirectURL, link.RedirectPath)
	if !own {
		base = d.PocketBaseURL
	}
	return base + "/api/realtime?" + url.Values{"authpocket": {id}}.Encode()
}

// DeleteTestAccount deletes the account that a sign-in test made, with its
// links. It refuses any that was there before the test. The error is a
// *link.Fault.
func (e *Engine) DeleteTestAccount(ctx context.Context, d link.Desired, s SignIn, v signin.Verdict) error {
	return e.pocketbase.DeleteAccount(ctx, d, v.Record.ID, s.Started, v.Outcome == signin.OutcomeNew)
}
