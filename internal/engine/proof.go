package engine

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

// AuthentikProof is authentik's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type AuthentikProof interface {
	// Preview returns the claims that authentik would send about a person. 0 is
	// the token's own account.
	Preview(ctx context.Context, d link.Desired, person int) (map[string]json.RawMessage, error)
	// FindUser returns the user with a username, an e-mail address or a primary
	// key.
	FindUser(ctx context.Context, named string) (link.Ref, error)
	// Access reports whether the person may use the application, with
	// authentik's messages.
	Access(ctx context.Context, d link.Desired, person int) (bool, []string, error)
	// Superusers reports whether the members of a group are superusers, because of
	// the group or of one that it is in.
	Superusers(ctx context.Context, group string) (bool, error)
	// RedirectURIs returns the provider's current redirect URIs.
	RedirectURIs(ctx context.Context, d link.Desired) ([]link.RedirectURI, error)
	// Events returns the events about the link's client since a time of this
	// machine's clock.
	Events(ctx context.Context, since time.Time, d link.Desired, state string) signin.AuthentikTrail
	// ClockOffset returns how far authentik's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)

	AuthentikLogin
}

// PocketBaseProof is PocketBase's part in predicting and explaining sign-ins.
// Errors are *report.Fault.
type PocketBaseProof interface {
	// AuthMethods returns how to begin a sign-in, as a guest sees it.
	AuthMethods(ctx context.Context, d link.Desired) (authURL string, verifier secret.Text, err error)
	// Exchange has PocketBase exchange the code of a sign-in, as a guest.
	Exchange(context.Context, link.Desired, signin.Code) (signin.Exchanged, error)
	// Collection returns the current state of the link's collection.
	Collection(context.Context, link.Desired) (link.CollectionState, error)
	// Accounts returns the record linked with the subject, and the one with the
	// e-mail address, nil for none.
	Accounts(ctx context.Context, d link.Desired, subject, email string) (bySubject, byEmail *signin.Account, err error)
	// Holds reports whether a record of the link's collection has the value in the
	// field.
	Holds(ctx context.Context, d link.Desired, field, value string, anyCase bool) (bool, error)
	// Versions returns the oldest and the newest version that this PocketBase may
	// be, which are the same if it is known. An empty one is not bounded.
	Versions() (oldest, newest string)
	// Trail returns what PocketBase's log shows of a sign-in.
	Trail(context.Context, signin.TrailQuery) signin.PocketBaseTrail
	// MadeSince returns nil if the account was created since then, by a sign-in
	// through the link's slot.
	MadeSince(ctx context.Context, d link.Desired, id string, since time.Time) error
	// MadeBetween returns the IDs of accounts that sign-ins through the link's slot
	// created between two times of this machine's clock.
	MadeBetween(ctx context.Context, d link.Desired, from, to time.Time) ([]string, error)
	// DeleteAccount deletes an account that a test sign-in created since then.
	// reported means that PocketBase itself reported the account as new.
	DeleteAccount(ctx context.Context, d link.Desired, id string, since time.Time, reported bool) error
	// Realtime measures whether events of the stream arrive without delay.
	Realtime(context.Context, link.Desired) report.Check
	// ClockOffset returns how far PocketBase's clock is ahead of this machine's.
	ClockOffset(context.Context) (time.Duration, error)
}

// FindUser returns the primary key of the authentik user with a username, an
// e-mail address or a primary key. The error is a *report.Fault.
func (e *Engine) FindUser(ctx context.Context, named string) (int, error) {
	ref, err := e.authentik.FindUser(ctx, named)
	if err != nil {
		return 0, err
	}
	pk, err := strconv.Atoi(ref.ID)
	if err != nil {
		return 0, &report.Fault{System: report.Authentik, Kind: report.FaultOther,
			Summary: say.Of("authentik did not return an ID for %s.", ref.Name), Err: err}
	}
	return pk, nil
}

// Foresee predicts the outcome of a person's sign-in in PocketBase. person is
// the primary key of an authentik user, 0 for the token's own account. The
// error is a *report.Fault. It takes three requests in sequence, or four for a
// new link and a person whose account has another address. If the prediction
// leaves open why authentik sends too little, it also runs authentik's checks.
func (e *Engine) Foresee(ctx context.Context, d link.Desired, person int) (signin.Prediction, error) {
	var (
		claims  map[string]json.RawMessage
		now     link.CollectionState
		refused bool
	)
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		claims, err = e.authentik.Preview(groupCtx, d, person)
		return err
	})
	group.Go(func() (err error) {
		now, err = e.pocketbase.Collection(groupCtx, d)
		return err
	})
	group.Go(func() error {
		passing, _, err := e.authentik.Access(groupCtx, d, person)
		refused = err == nil && !passing // a token without access to this question proves no refusal
		return nil
	})
	if err := group.Wait(); err != nil {
		return signin.Prediction{}, err
	}
	p, err := e.predict(ctx, d, claims, &now)
	switch {
	case refused:
		p = signin.PredictNoAccess(&d)
	case p.Outcome == signin.OutcomeRefused && signin.MaySharpen(p.Cause):
		p.Cause = signin.Sharper(p.Cause, e.authentik.Check(ctx, d, person))
	}
	p.Subject, p.Sent = signin.ReadClaims(claims).Subject, signin.ClaimTexts(claims)
	if hooked := signin.ForeseeGroups(d.Groups, claims); err == nil && p.Outcome != signin.OutcomeRefused &&
		!hooked.Empty() {
		p.Words = say.Join(p.Words, hooked)
	}
	return p, err
}

func (e *Engine) predict(ctx context.Context, d link.Desired, claims map[string]json.RawMessage,
	now *link.CollectionState) (signin.Prediction, error) {
	oldest, newest := e.pocketbase.Versions()
	subject, email := predict.Finds(claims, newest)
	bySubject, byEmail, err := e.pocketbase.Accounts(ctx, d, subject, email)
	if err != nil {
		return signin.Prediction{}, err
	}
	return predict.Between(oldest, newest, predict.World{
		Collection: *now, Slot: d.Slot.Slot, Claims: claims, BySubject: bySubject, ByEmail: byEmail,
		Holds: func(field, value string, anyCase bool) (bool, error) {
			// Accounts has compared it as the collection's index does
			if field == "email" && value == email && !anyCase {
				return byEmail != nil, nil
			}
			return e.pocketbase.Holds(ctx, d, field, value, anyCase)
		},
	}), nil
}

// SignIn is a running sign-in test. It holds a secret and stays on the server;
// the browser only gets the URL to open.
type SignIn struct {
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
// sends people back to, PocketBase's own redirect URI by default. The error is
// a *report.Fault.
func (e *Engine) StartSignIn(ctx context.Context, d *link.Desired, redirectURL string) (SignIn, error) {
	if redirectURL == "" {
		redirectURL = link.RedirectURL(d.PocketBaseURL)
		if urls := d.RedirectURLs(); len(urls) > 0 {
			redirectURL = urls[0]
		}
	}
	started := time.Now()
	opened, verifier, err := e.pocketbase.AuthMethods(ctx, *d)
	if err != nil {
		return SignIn{}, err
	}
	u, err := url.Parse(opened)
	if err == nil && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		err = errors.New("it is not a web address")
	}
	if err != nil {
		return SignIn{}, &report.Fault{System: report.PB, Kind: report.FaultRefused,
			Summary: say.Of("The authorize URL that PocketBase gives to guests cannot be read."),
			Todo:    say.Of("Apply the link again."),
			Err:     err}
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

// realtimeURL returns the event stream of the PocketBase that the redirect URI
// belongs to.
func realtimeURL(d *link.Desired, redirectURL, id string) string {
	base, own := strings.CutSuffix(redirectURL, link.RedirectPath)
	if !own {
		base = d.PocketBaseURL
	}
	return base + "/api/realtime?" + url.Values{"authpocket": {id}}.Encode()
}

// DeleteTestAccount deletes the account that a sign-in test created, with its
// external auths. It refuses to delete an account that is older than the test.
// The error is a *report.Fault.
func (e *Engine) DeleteTestAccount(ctx context.Context, d *link.Desired, s SignIn, v *signin.Verdict) error {
	return e.pocketbase.DeleteAccount(ctx, *d, v.Record.ID, s.Started, v.Outcome == signin.OutcomeNew)
}
