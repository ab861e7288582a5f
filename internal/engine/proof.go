package engine

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"authpocket/internal/link"
	"authpocket/internal/predict"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/signin"
)

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
	var refused bool
	var group sync.WaitGroup
	group.Go(func() {
		passing, _, err := e.authentik.Access(ctx, d, person)
		refused = err == nil && !passing // a token without access to this question proves no refusal
	})
	return e.foresee(ctx, d, person, func() bool {
		group.Wait()
		return refused
	})
}

// foresee is Foresee with what authentik says of the access: refused waits for it, and is always called.
func (e *Engine) foresee(ctx context.Context, d link.Desired, person int, refused func() bool) (signin.Prediction,
	error) {
	var claims map[string]json.RawMessage
	var now link.CollectionState
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		claims, err = e.authentik.Preview(groupCtx, d, person)
		return err
	})
	group.Go(func() (err error) {
		now, err = e.pocketbase.Collection(groupCtx, d)
		return err
	})
	err := group.Wait()
	var p signin.Prediction
	if err == nil {
		p, err = e.predict(ctx, d, claims, &now)
	}
	noAccess := refused()
	if err != nil {
		return signin.Prediction{}, err
	}
	switch {
	case noAccess:
		p = signin.PredictNoAccess(&d)
	case p.Outcome == signin.OutcomeRefused && signin.MaySharpen(p.Cause):
		p.Cause = signin.Sharper(p.Cause, e.authentik.Check(ctx, d, person))
	}
	p.Subject, p.Sent = signin.ReadClaims(claims).Subject, signin.ClaimTexts(claims)
	if hooked := signin.ForeseeGroups(d.Groups, claims); p.Outcome != signin.OutcomeRefused && !hooked.Empty() {
		p.Words = say.Join(p.Words, hooked)
	}
	return p, nil
}

func (e *Engine) predict(ctx context.Context, d link.Desired, claims map[string]json.RawMessage,
	now *link.CollectionState) (signin.Prediction, error) {
	oldest, newest := e.pocketbase.Versions()
	subject, email := predict.Finds(claims, newest)
	bySubject, byEmail, err := e.pocketbase.Finds(ctx, d, subject, email)
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
		Exists: func(collection, record string) (bool, error) {
			return e.pocketbase.Exists(ctx, collection, record)
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
